import { CallQueries } from "#server/calls/call-queries.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { expect, test } from "vitest";

type Explained = { executionStats: { totalDocsExamined: number } };

const database = useTestDatabase();

test("[CL330] a call that comes back into the line has joined it now, and keeps its place of before", async () => {
  const { connection } = database();
  const { calls, clock, business } = callsBench(database());
  const feed = { event() {}, draft() {}, boardChanged() {} };
  const rules = { maxAttempts: 3, retryBackoffMs: 1000, timeLimitMs: 1000 };
  const store = new CallStore({ connection, feed, clock, logger: silentLogger, rules });
  const queries = new CallQueries(connection);
  const firstMs = clock.nowMs();
  const request = { leadId: "lead_comesback", objective: "Agree on a visit this week" };
  const { call_id: callId } = await calls.request(business, request);
  const joined = [{ businessId: business.businessId ?? "", headQueuedAt: new Date(firstMs), count: 1 }];
  expect(await queries.line(new Date(firstMs))).toEqual(joined);

  clock.advance(60_000);
  expect(await queries.line(new Date(clock.nowMs() - 5_000))).toEqual([]);
  await store.apply(callId, () => ({ kind: "postponed", until: clock.nowMs() + 20_000, why: "person_busy" }));
  expect(await queries.line()).toEqual([]);
  clock.advance(20_000);
  await store.apply(callId, () => ({ kind: "due" }));
  expect(await queries.line(new Date(clock.nowMs()))).toEqual(joined);
  expect(await queries.line(new Date(clock.nowMs() + 1))).toEqual([]);
  expect(await queries.line()).toEqual(joined);
});

test("[CL330] who joined the line, and who is first of a business, is read by an index, whatever else waits or is over", async () => {
  const { connection, db } = database();
  const stored = connection.collection<{ _id: string }>("calls");
  await stored.deleteMany({});
  const { calls, clock, business } = callsBench(database());
  const request = { leadId: "lead_manycalls", objective: "Agree on a visit this week" };
  const { call_id: callId } = await calls.request(business, request);
  const one = await stored.findOne({ _id: callId });
  const copies = Array.from({ length: 200 }, (_, index) => {
    const over = index % 2 === 0 ? { status: "completed", inLineAt: null } : {};
    const _id = `call_copy${String(index).padStart(4, "0")}`;
    return { ...one, ...over, _id, businessId: `biz_copy${index % 50}`, followUpOf: null };
  });
  await stored.insertMany(copies);
  clock.advance(60_000);
  const joined = { status: "queued", inLineAt: { $gte: new Date(clock.nowMs() - 5_000) } };
  const first = { find: "calls", filter: { status: "queued", businessId: "biz_copy1" }, limit: 1 };
  const commands = [
    { aggregate: "calls", pipeline: [{ $match: joined }, { $group: { _id: "$businessId" } }], cursor: {} },
    { ...first, sort: { queuedAt: 1, _id: 1 } },
  ];
  const read: number[] = [];
  for (const explain of commands) {
    const explained = await db.command({ explain, verbosity: "executionStats" });
    read.push((explained as unknown as Explained).executionStats.totalDocsExamined);
  }
  expect(read[0]).toBe(0);
  expect(read[1]).toBeLessThanOrEqual(4);
});
