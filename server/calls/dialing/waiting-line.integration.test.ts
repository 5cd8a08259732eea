import { CallQueries } from "#server/calls/call-queries.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { expect, test } from "vitest";

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
