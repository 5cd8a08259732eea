import { freePort } from "#e2e/support/free-port.ts";
import { startRingside, startToExit } from "#e2e/support/ringside.ts";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringside-problems-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Failed = Awaited<ReturnType<typeof startToExit>>;

/** Not 0, and one sentence for a person instead of a stack. */
function expectOneSentence({ code, stderr, stdout }: Failed) {
  expect(code).toBeGreaterThan(0);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr.trim()).toMatch(/\.$/);
  expect(stderr + stdout).not.toMatch(/^\s+at /m);
  expect(stdout).not.toContain("is ready");
}

describe.concurrent("a start that cannot work says so in one sentence", () => {
  test("the port is taken", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const failed = await startToExit({ PORT: String(port) });
    other.close();
    expectOneSentence(failed);
    expect(failed.stderr).toContain(`Port ${port}`);
  });

  test("the data folder is a file", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "not a folder");
    expectOneSentence(await startToExit({ DATA_DIR: file }));
    expectOneSentence(await startToExit({ DATA_DIR: join(file, "below") }));
  });

  test("the keys file is damaged", async () => {
    const dataDir = join(folder, "damaged");
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "keys.json"), "{");
    const failed = await startToExit({ DATA_DIR: dataDir });
    expectOneSentence(failed);
    expect(failed.stderr).toContain("keys.json");
  });

  // Who may read everything is refused nothing.
  test.skipIf(process.getuid?.() === 0)("the data folder may not be read", async () => {
    const dataDir = join(folder, "locked");
    mkdirSync(dataDir, { mode: 0o000 });
    expectOneSentence(await startToExit({ DATA_DIR: dataDir }));
  });

  test("wrong and incomplete variables are listed all at once", async () => {
    const failed = await startToExit({
      PORT: "abc",
      TWILIO_ACCOUNT_SID: "nonsense",
      AUTH_ISSUER: "https://id.test",
    });
    expectOneSentence(failed);
    for (const name of [
      "PORT",
      "TWILIO_ACCOUNT_SID",
      "TWILIO_AUTH_TOKEN",
      "TWILIO_FROM_NUMBERS",
      "AUTH_AUDIENCE",
      "AUTH_JWKS_URL",
    ]) {
      expect(failed.stderr).toContain(name);
    }
  });

  test("an unfinished set alone is a problem", async () => {
    const failed = await startToExit({ TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}` });
    expectOneSentence(failed);
    expect(failed.stderr).toContain("TWILIO_AUTH_TOKEN is missing");
  });

  test("production without keys", async () => {
    const failed = await startToExit({ NODE_ENV: "production" });
    expectOneSentence(failed);
    for (const name of ["SESSION_SECRET", "FIELD_KEYS", "INDEX_KEY"]) expect(failed.stderr).toContain(name);
  });

  test("a second start on the same data folder", async () => {
    const first = await startRingside({ env: { DEMO: "off" } });
    try {
      expectOneSentence(await startToExit({ DATA_DIR: first.dataDir }));
      expect((await fetch(`${first.baseUrl}/healthz`)).status).toBe(200);
    } finally {
      await first.stop();
    }
  });

  test("no database answers at MONGODB_URI", async () => {
    const keys = {
      SESSION_SECRET: "x".repeat(32),
      INDEX_KEY: Buffer.alloc(32, 1).toString("base64"),
      FIELD_KEYS: `k1:${Buffer.alloc(32, 2).toString("base64")}`,
    };
    const uri = `mongodb://127.0.0.1:${await freePort()}/ringside?serverSelectionTimeoutMS=1500`;
    const failed = await startToExit({ ...keys, MONGODB_URI: uri });
    expectOneSentence(failed);
  });
});
