import { ensureIndexes, INDEXES } from "#server/database/indexes.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

test("every index is there after the start, and a second start changes nothing", async () => {
  const { db } = database();
  // Those of the test database expire nothing.
  await db.dropDatabase();
  await ensureIndexes(db);
  await ensureIndexes(db);
  for (const [collection, rows] of Map.groupBy(INDEXES, (row) => row.collection)) {
    expect(await db.collection(collection).indexes()).toHaveLength(rows.length + 1);
  }
});

test("no index is declared twice", () => {
  const names = INDEXES.map((row) => `${row.collection} ${JSON.stringify(row.keys)}`);
  expect(new Set(names).size).toBe(names.length);
});

test("an index with another meaning stops the start", async () => {
  const { db } = database();
  await db.collection("strange").createIndex({ key: 1 });
  const wanted = [{ collection: "strange", keys: { key: 1 }, unique: true } as const];
  await expect(ensureIndexes(db, wanted)).rejects.toThrow(StartProblem);
});

test("documents that break a unique index stop the start, without showing them", async () => {
  const { db } = database();
  await db.collection("doubles").insertMany([{ phone: "canary" }, { phone: "canary" }]);
  const wanted = [{ collection: "doubles", keys: { phone: 1 }, unique: true } as const];
  const problem = await ensureIndexes(db, wanted).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(StartProblem);
  expect(String(problem)).toContain("doubles (phone)");
  expect(String(problem)).not.toContain("canary");
});

test("one person is live in one call at most", async () => {
  const calls = database().db.collection("calls");
  await calls.insertMany([{ livePersonKey: null }, { livePersonKey: null }, {}, { livePersonKey: "key" }]);
  await expect(calls.insertOne({ livePersonKey: "key" })).rejects.toMatchObject({ code: 11_000 });
});
