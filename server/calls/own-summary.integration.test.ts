import { CallStore } from "#server/calls/call-store.ts";
import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { foldCall } from "#shared/call/fold.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
let people = 0;

const analysis = {
  type: "analysis.completed" as const,
  summary: "canary: they agreed on Monday",
  outcome: "objective_met" as const,
  sentiment: "positive" as const,
  nextStep: "Come on Monday.",
  answers: [],
  evidence: [],
};

/** A call that is over, and its consumer; `summedUp`: with a summary. */
async function callThatEnded(summedUp: boolean) {
  const bench = callsBench(database());
  const leadId = `lead_summary${++people}`;
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId,
    objective: "Agree on a visit this week",
  });
  const caller = {
    accountId: leadId,
    name: "Maria",
    email: "maria@people.test",
    role: "consumer" as const,
    businessId: null,
  };
  const store = new CallStore({
    connection: database().connection,
    feed: { event() {}, draft() {}, boardChanged() {} },
    clock: bench.clock,
    logger: silentLogger,
    rules: { maxAttempts: 3, retryBackoffMs: 1, timeLimitMs: 1 },
  });
  if (summedUp) await store.record(callId, null, "rec_summary", [analysis]);
  return { ...bench, callId, caller, end: () => bench.calls.stops.cancel(caller, callId) };
}

const stored = async (callId: string) => {
  const { connection } = database();
  const [call, archive] = await Promise.all([
    connection.collection<{ _id: string }>("calls").findOne({ _id: callId }),
    connection.collection("callEvents").find({ callId }).toArray(),
  ]);
  return JSON.stringify([call, archive]);
};

test("[CL221] the consumer's words take the place of the summary, once the call is over", async () => {
  const { calls, callId, caller, business, documents, end } = await callThatEnded(true);
  const refused = new Failure("NOT_POSSIBLE");
  await expect(calls.summaries.correct(caller, callId, "On Tuesday.")).rejects.toEqual(refused);
  await end();
  await becomes(documents, callId, { status: "cancelled" });
  const answer = { callId, summary: "On Tuesday." };
  for (const _twice of [1, 2]) {
    expect(await calls.summaries.correct(caller, callId, "On Tuesday.")).toEqual(answer);
  }
  for (const reader of [caller, business]) {
    expect(await calls.access.view(reader, callId)).toMatchObject({
      summary: "On Tuesday.",
      summaryBy: "consumer",
      analysis: { summary: analysis.summary },
    });
  }
  const { events } = await calls.access.events(business, callId, 0);
  expect(events.filter(({ type }) => type === "summary.corrected")).toHaveLength(1);
  const stranger = { ...caller, accountId: "acc_stranger" };
  await expect(calls.summaries.correct(stranger, callId, "No.")).rejects.toEqual(new Failure("NOT_FOUND"));
  await expect(calls.summaries.delete(stranger, callId)).rejects.toEqual(new Failure("NOT_FOUND"));
});

test("[CL221] a call without a summary has none to correct, and 20 corrections a day are enough", async () => {
  const without = await callThatEnded(false);
  await without.end();
  await expect(without.calls.summaries.correct(without.caller, without.callId, "Hm.")).rejects.toEqual(
    new Failure("NOT_POSSIBLE"),
  );
  expect(await without.calls.summaries.delete(without.caller, without.callId)).toMatchObject({
    deleted: true,
  });
  const { calls, callId, caller, end } = await callThatEnded(true);
  await end();
  for (let count = 1; count <= 20; count++) await calls.summaries.correct(caller, callId, `Version ${count}`);
  await expect(calls.summaries.correct(caller, callId, "Version 21")).rejects.toMatchObject({
    code: "RATE_LIMITED",
  });
});

test("[CL222] a deleted summary is seen by nobody and stored nowhere; the rest stays; again it changes nothing", async () => {
  const { calls, callId, caller, business, end } = await callThatEnded(true);
  await end();
  await calls.summaries.correct(caller, callId, "canary: my own words");
  expect(await stored(callId)).toContain("canary");
  const both = await Promise.all([1, 2].map(() => calls.summaries.delete(caller, callId)));
  expect(both).toEqual([
    { callId, deleted: true },
    { callId, deleted: true },
  ]);
  expect(await stored(callId)).not.toContain("canary");
  const { events, seq } = await calls.access.events(business, callId, 0);
  expect(events.filter(({ type }) => type === "summary.deleted")).toHaveLength(1);
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
  expect(foldCall(events)).toMatchObject({
    summary: null,
    outcome: "objective_met",
    analysis: { summary: "", nextStep: "Come on Monday." },
  });
  await expect(calls.summaries.correct(caller, callId, "Again.")).rejects.toEqual(
    new Failure("NOT_POSSIBLE"),
  );
});
