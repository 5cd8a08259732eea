import { closeSync, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { MongoServerError } from "mongodb";
import { afterAll, describe, expect, test } from "vitest";
import { DATABASE_FILE } from "#server/database/embedded/storage/schema.ts";
import { testFolders } from "#server/database/embedded/test-process.ts";
import { openTestServer } from "#server/database/embedded/test-server.ts";
import { checkFile } from "#server/database/embedded/transfer/check.ts";

const folders = testFolders();
afterAll(() => folders.remove());

const PAD = "x".repeat(1_000);

async function errorOf(work: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof MongoServerError)) throw new Error("A server error was expected.");
  return error;
}

describe("a full disk", () => {
  test("[DB27] refuses writes with 14031, answers reads, loses nothing, and goes on when there is room", async () => {
    const folder = folders.fresh();
    const server = await openTestServer({ folder });
    const calls = server.db.collection<{ _id: string; even: boolean; pad: string }>("calls");
    await calls.createIndex({ even: 1 });
    server.store.exec("PRAGMA max_page_count = 120");
    const kept: string[] = [];
    const codes = new Set<unknown>();
    const writer = async (name: number) => {
      for (let at = 0; at < 60; at += 1) {
        const id = `${name}-${at}`;
        try {
          await calls.insertOne({ _id: id, even: at % 2 === 0, pad: PAD });
          kept.push(id);
        } catch (error) {
          codes.add(error instanceof MongoServerError ? error.code : error);
          expect(await calls.findOne({ _id: id })).toBeNull();
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, name) => writer(name)));
    expect([...codes]).toEqual([14031]);
    const ids = (await calls.find().toArray()).map(({ _id }) => _id);
    expect(ids.toSorted()).toEqual(kept.toSorted());
    expect(server.lines).toEqual([
      "The disk that holds the built-in database is full: writes are refused until there is room.",
    ]);
    server.store.exec("PRAGMA max_page_count = 100000");
    await calls.insertOne({ _id: "later", even: true, pad: PAD });
    await server.close();
    expect(checkFile(join(folder, DATABASE_FILE))).toMatchObject({
      documents: kept.length + 1,
      problems: [],
    });
  });

  test("[DB27] when the commit itself fails, the turn's writes get the error and its reads are answered", async () => {
    const server = await openTestServer();
    const calls = server.db.collection<{ _id: number }>("calls");
    await calls.insertOne({ _id: 1 });
    const { store } = server;
    const commit = store.commit.bind(store);
    store.commit = () => {
      throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
    };
    const write = errorOf(calls.insertOne({ _id: 2 }));
    const read = calls.find().toArray();
    expect(await read).toEqual([{ _id: 1 }]);
    expect(await write).toMatchObject({ code: 14031, codeName: "OutOfDiskSpace" });
    store.commit = commit;
    expect(await calls.find().toArray()).toEqual([{ _id: 1 }]);
    await server.close();
  });
});

describe("a damaged file", () => {
  test("[DB28] is reported, read as far as it goes, never written to again and never repaired", async () => {
    const folder = folders.fresh();
    const path = join(folder, DATABASE_FILE);
    const whole = await openTestServer({ folder });
    const pads = Array.from({ length: 500 }, (_, at) => ({ _id: at, pad: PAD }));
    await whole.db.collection<{ _id: number }>("calls").insertMany(pads);
    await whole.db.collection("sound").insertOne({ sound: true });
    await whole.close();
    overwriteMiddle(path);
    const before = readFileSync(path);
    const server = await openTestServer({ folder });
    expect(await errorOf(server.db.collection("calls").find().toArray())).toMatchObject({
      code: 96,
      message: expect.stringMatching(/^The built-in database's file is damaged; .*\.$/),
    });
    expect((await errorOf(server.db.collection("sound").insertOne({}))).code).toBe(96);
    expect(await server.db.collection("sound").countDocuments({ sound: true })).toBe(1);
    expect(server.lines).toHaveLength(1);
    await server.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(checkFile(path).problems.length).toBeGreaterThan(0);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  /** Some pages in the middle become noise. */
  function overwriteMiddle(path: string) {
    const file = openSync(path, "r+");
    const middle = Math.floor(fstatSync(file).size / 2 / 4096) * 4096;
    writeSync(file, Buffer.alloc(10 * 4096, 0xa5), 0, 10 * 4096, middle);
    closeSync(file);
  }
});
