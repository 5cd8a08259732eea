import { Binary, Long, MongoServerError, type Document } from "mongodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestServer, type TestServer } from "#server/database/embedded/test-server.ts";
import { systemClock, type Clock } from "#server/lib/clock.ts";

/** Every look at this clock takes a millisecond, and `skipMs` lets time pass. */
let nowMs = 0;
const skipMs = (ms: number) => {
  nowMs += ms;
};
const lookingTakesTime: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => {
    nowMs += 1;
    return nowMs;
  },
  after: (ms, run) => systemClock.after(ms, run),
  every: (ms, run) => systemClock.every(ms, run),
  sleep: (ms) => systemClock.sleep(ms),
};

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ clock: lookingTakesTime });
  const many = Array.from({ length: 3000 }, (_, n) => ({ n, parity: n % 2, secret: `secret-${n}` }));
  await server.db.collection("many").insertMany(many);
  await server.db.collection("many").createIndex({ parity: 1, n: 1 });
});
afterAll(() => server.close());

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof MongoServerError ? error.code : error;
}

describe("[DB17] maxTimeMS ends a command with code 50", () => {
  const slow: readonly (readonly [string, Document])[] = [
    ["a scan", { find: "many", filter: { secret: "none" } }],
    ["a walk over index keys", { find: "many", filter: { parity: { $gte: 0 }, n: -1 } }],
    ["a count", { count: "many", query: { secret: "none" } }],
    ["a distinct", { distinct: "many", key: "secret", query: {} }],
    ["stages", { aggregate: "many", cursor: {}, pipeline: [{ $limit: 100 }, { $set: { x: 1 } }] }],
    [
      "many small lookups",
      {
        aggregate: "many",
        cursor: {},
        pipeline: [
          { $limit: 100 },
          { $lookup: { from: "many", localField: "_id", foreignField: "_id", as: "same" } },
        ],
      },
    ],
    ["an update", { update: "many", updates: [{ q: { parity: 0 }, u: { $inc: { n: 0 } }, multi: true }] }],
    ["a removal", { delete: "many", deletes: [{ q: { parity: 0 }, limit: 0 }] }],
    ["findAndModify", { findAndModify: "many", query: { secret: "none" }, remove: true }],
  ];
  test.each(slow)("%s", async (_what, command) => {
    const before = await server.db.collection("many").countDocuments();
    const reply = await server.db.command({ ...command, maxTimeMS: 10 }).catch((error: unknown) => error);
    const inside = (reply as Document)["writeErrors"]?.[0]?.code;
    expect(inside ?? (reply as MongoServerError).code).toBe(50);
    expect(await server.db.collection("many").countDocuments()).toBe(before);
  });

  test("a client may take its time between batches", async () => {
    const cursor = server.db.collection("many").find({}, { maxTimeMS: 1_000, batchSize: 100 });
    for (let read = 0; read < 3000; read += 1) {
      if (read % 100 === 0) skipMs(500);
      expect(await cursor.next()).not.toBeNull();
    }
    await cursor.close();
  });
});

test("[DB16] an idle cursor is closed after ten minutes unless asked otherwise", async () => {
  const short = server.db.collection("many").find({}, { batchSize: 2 });
  const long = server.db.collection("many").find({}, { batchSize: 2, noCursorTimeout: true });
  for (const cursor of [short, long]) await cursor.next();
  skipMs(11 * 60_000);
  server.state.cursors.closeIdle();
  for (const cursor of [short, long]) await cursor.next();
  expect(await codeOf(short.next())).toBe(43);
  expect(await codeOf(long.next())).toBeUndefined();
  await long.close();
});

test("[DB25] a long scan is reported once per shape, with names and never values", async () => {
  const many = server.db.collection("many");
  server.lines.length = 0;
  for (const secret of ["secret-1", "secret-2"]) await many.findOne({ secret, $expr: { $gt: ["$n", 5000] } });
  await many.find({ parity: 0 }).toArray();
  await many.find().toArray();
  await many.find().sort({ secret: 1 }).toArray();
  const line = "A query without an index read more than 1000 documents of the built-in database: many:";
  expect(server.lines).toEqual([`${line} $expr, secret.`, `${line} everything, ordered by secret.`]);
});

test("[DB26] a numbered write that is repeated gets its first answer and happens once", async () => {
  const lsid = { id: new Binary(Buffer.alloc(16, 7), 4) };
  const numbered = (txnNumber: number, command: Document) =>
    server.db.command({ ...command, lsid, txnNumber: Long.fromNumber(txnNumber) });
  const increment = { findAndModify: "counters", query: { _id: "a" }, update: { $inc: { n: 1 } }, new: true };
  const first = await numbered(1, { ...increment, upsert: true });
  expect(await numbered(1, { ...increment, upsert: true })).toEqual(first);
  expect((await numbered(2, increment))["value"]).toEqual({ _id: "a", n: 2 });
  const duplicate = { insert: "counters", documents: [{ _id: "b" }] };
  expect((await numbered(3, duplicate))["n"]).toBe(1);
  expect((await numbered(3, duplicate))["writeErrors"]).toBeUndefined();
  expect((await numbered(4, duplicate))["writeErrors"]).toHaveLength(1);
});
