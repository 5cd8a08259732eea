import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Decimal128, Double, Long, ObjectId, type Db } from "mongodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { DATABASE_FILE, openStore } from "#server/database/embedded/storage/schema.ts";
import { readArchive } from "#server/database/embedded/transfer/archive.ts";
import { testFolders, withClient } from "#server/database/embedded/test-process.ts";

const folders = testFolders();
const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
let source: string;
let running: EmbeddedDatabase;

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const flags = ["--disable-warning=ExperimentalWarning", cli, ...args];
  const env = { PATH: process.env["PATH"], DATA_DIR: folders.fresh() };
  const child = spawn(process.execPath, flags, { cwd: folders.root, env });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

beforeAll(async () => {
  source = folders.fresh();
  running = await startEmbeddedDatabase({ dataDir: source });
  await withClient(running.uri, async (client) => fill(client.db()));
});
afterAll(async () => {
  await running.stop();
  folders.remove();
});

async function fill(db: Db): Promise<void> {
  const calls = db.collection("calls");
  await calls.createIndex({ at: 1 }, { unique: true });
  await calls.createIndex(
    { key: 1 },
    { unique: true, partialFilterExpression: { key: { $type: "string" } } },
  );
  await db.collection("limits").createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
  await calls.insertMany(
    Array.from({ length: 2_500 }, (_, at) => ({
      _id: new ObjectId(),
      at,
      exact: [new Double(at), Long.fromNumber(at), Decimal128.fromString("1.50"), new Date(at)],
      ...(at % 2 === 0 && { key: `k${at}` }),
    })),
  );
}

async function everything(uri: string): Promise<unknown> {
  return withClient(uri, async (client) => {
    const db = client.db();
    const names = (await db.listCollections().toArray()).map(({ name }) => name).toSorted();
    const collections = names.map(async (name) => ({
      name,
      indexes: await db.collection(name).listIndexes().toArray(),
      documents: await db.collection(name).find({}, { promoteValues: false }).sort({ _id: 1 }).toArray(),
    }));
    return Promise.all(collections);
  });
}

const bodyOf = (path: string) => readFileSync(path).subarray(64);

describe("npm run db", () => {
  test("[DB29] an export of a running server and of its stopped folder are alike and come back whole", async () => {
    const live = join(folders.root, "live.export");
    expect(await run("export", live, source)).toMatchObject({ code: 0, err: "" });
    expect(statSync(live).mode & 0o777).toBe(0o600);
    expect((await run("check", source)).out).toMatch(/^Sound: 2500 documents, 5 indexes, 2 collections/);
    const before = await everything(running.uri);
    await running.stop();
    const still = join(folders.root, "still.export");
    expect((await run("export", still, source)).code).toBe(0);
    expect(bodyOf(still).equals(bodyOf(live))).toBe(true);
    const target = folders.fresh();
    expect(await run("import", live, target)).toMatchObject({ code: 0, err: "" });
    running = await startEmbeddedDatabase({ dataDir: target });
    expect(await everything(running.uri)).toEqual(before);
    expect(await run("import", live, running.uri)).toEqual({
      code: 1,
      out: "",
      err: "The target is not empty (calls has documents); import into an empty database or data folder.\n",
    });
  });

  test("[DB29] an export is of one instant, whatever is written meanwhile", async () => {
    const folder = folders.fresh();
    const database = await startEmbeddedDatabase({ dataDir: folder });
    const path = join(folders.root, "instant.export");
    await withClient(database.uri, async (client) => {
      const pairs = client.db().collection<{ _id: number; version: number }>("pairs");
      await pairs.insertMany(Array.from({ length: 3_000 }, (_, _id) => ({ _id, version: 0 })));
      let isOver = false;
      const write = async () => {
        for (let version = 1; !isOver; version += 1) await pairs.updateMany({}, { $set: { version } });
      };
      const writing = write();
      expect((await run("export", path, database.uri)).code).toBe(0);
      isOver = true;
      await writing;
    });
    await database.stop();
    const versions = new Set<unknown>();
    for await (const record of readArchive(path))
      if (record.kind === "document") versions.add(String(record.document["version"]));
    expect(versions.size).toBe(1);
  });

  test("[DB29] a damaged, cut-short or foreign file is refused before anything is written", async () => {
    const path = join(folders.root, "cut.export");
    writeFileSync(path, readFileSync(join(folders.root, "live.export")));
    truncateSync(path, 50_000);
    const target = folders.fresh();
    expect(await run("import", path, target)).toMatchObject({
      code: 1,
      err: /cut short; nothing was imported/,
    });
    writeFileSync(path, "something else entirely");
    expect(await run("import", path, target)).toMatchObject({ code: 1, err: /is not a Ringside export/ });
    expect(existsSync(target)).toBe(false);
  });

  test("[DB30] check finds an index that disagrees with its documents", async () => {
    const folder = folders.fresh();
    const database = await startEmbeddedDatabase({ dataDir: folder });
    await withClient(database.uri, async (client) => fill(client.db()));
    await database.stop();
    const store = openStore(join(folder, DATABASE_FILE));
    store.exec("DELETE FROM i2 WHERE rid = 7; UPDATE collections SET count = count + 1 WHERE id = 1");
    store.close();
    const { code, out, err } = await run("check", folder);
    expect(code).toBe(1);
    expect(out).toMatch(/The index at_1 of ringside.calls lacks 1 of its entries/);
    expect(out).toMatch(/2500 documents, but 2501 are counted/);
    expect(err).toMatch(/^The database is not sound; .*\.\n$/);
  });

  test("[DB29] wrong use ends with 2, a missing folder with 1", async () => {
    expect((await run("bogus")).code).toBe(2);
    expect(await run("check", folders.fresh())).toMatchObject({ code: 1, err: /holds no Ringside database/ });
  });
});
