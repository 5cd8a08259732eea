import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { EmbeddedDatabaseError, startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import {
  openSocket,
  portOf,
  testFolders,
  whenClosed,
  withClient,
} from "#server/database/embedded/test-process.ts";

const folders = testFolders();
afterAll(() => folders.remove());

async function startError(dataDir: string): Promise<string> {
  const error: unknown = await startEmbeddedDatabase({ dataDir }).catch((thrown: unknown) => thrown);
  if (!(error instanceof EmbeddedDatabaseError)) throw new Error("The start should have been refused.");
  return error.message;
}

describe("one process per folder", () => {
  test("[DB5] a second one is refused with one sentence, and the first goes on", async () => {
    const dataDir = folders.fresh();
    const first = await startEmbeddedDatabase({ dataDir });
    expect(await startError(dataDir)).toMatch(
      /^Another Ringside already uses this data folder \(.*\); .*\.$/,
    );
    await withClient(first.uri, async (client) => client.db().command({ ping: 1 }));
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dataDir)) expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    await first.stop();
    expect(await first.exited).toEqual({ code: 0 });
    await (await startEmbeddedDatabase({ dataDir })).stop();
  });

  test("[DB5] a foreign file is refused with one sentence", async () => {
    const dataDir = folders.fresh();
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "ringside.db"), "something else entirely");
    expect(await startError(dataDir)).toMatch(
      /is damaged or is not a Ringside database; nothing was changed/,
    );
  });

  test("[DB5] a folder that cannot be made is refused with one sentence", async () => {
    writeFileSync(join(folders.root, "file"), "");
    expect(await startError(join(folders.root, "file", "below"))).toMatch(/cannot write to its data folder/);
  });
});

describe("life and death", () => {
  test("[DB6] SIGINT is ignored, SIGTERM ends it in order", async () => {
    const database = await startEmbeddedDatabase({ dataDir: folders.fresh() });
    await withClient(database.uri, async (client, pid) => {
      process.kill(pid, "SIGINT");
      await client.db().command({ ping: 1 });
      process.kill(pid, "SIGTERM");
      expect(await database.exited).toEqual({ code: 0 });
    });
    await database.stop();
  });

  test("[DB6] when its parent is killed the process ends by itself", async () => {
    const dataDir = folders.fresh();
    const module = fileURLToPath(new URL("embedded-database.ts", import.meta.url));
    const script = `const { startEmbeddedDatabase } = await import(process.argv[1]);
      console.log((await startEmbeddedDatabase({ dataDir: process.argv[2] })).uri); setInterval(() => undefined, 1000);`;
    const flags = [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module",
      "-e",
      script,
      module,
      dataDir,
    ];
    const parent = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const socket = await openSocket(portOf(line.toString().trim()));
    const closed = whenClosed(socket);
    parent.kill("SIGKILL");
    socket.resume();
    await closed;
    await (await startEmbeddedDatabase({ dataDir })).stop();
  });
});
