import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { onTestFinished, expect, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";
/** Half a minute before the quiet hours of New York. */
const EVENING = Date.parse("2026-11-25T00:59:30Z");
const NEXT_MORNING = new Date("2026-11-25T14:00Z");
const DAY = { startHour: 20, endHour: 9 };

function start(atMs?: number) {
  const clock = new ManualClock();
  if (atMs !== undefined) clock.advance(atMs - clock.nowMs());
  const bench = callsBench(database(), { clock, config: { quietHours: DAY } });
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return bench;
}

test("[CL231] why an attempt was allowed to ring is kept in its call, without a word about who was called", async () => {
  const bench = start();
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId: "lead_receipt1",
    objective,
  });
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const call = await bench.documents.findOne({ _id: callId });
  expect(call?.dialReceipts).toEqual([
    {
      attemptId: bench.dials[0]?.attemptId,
      rule: "withinHours",
      at: new Date(bench.clock.nowMs()),
      facts: {
        places: [{ timeZone: "America/New_York", state: "NY" }],
        quietHours: DAY,
        suppressed: false,
        aiConsent: true,
        attemptsLast24h: 0,
        maxAttemptsPer24h: 3,
      },
    },
  ]);
});

test("[CL230] the next attempt is planned for an hour in which it may ring", async () => {
  const bench = start(EVENING);
  bench.script.dial = () => ({ kind: "refused", permanent: false, code: null, reason: "busy network" });
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId: "lead_retry001",
    objective,
  });
  await becomes(bench.documents, callId, { status: "scheduled", dueAt: NEXT_MORNING });
  expect(bench.alarms.get(`call.due ${callId}`)).toEqual(NEXT_MORNING);
});

test("[CL17] a call that waited in line into the quiet hours does not ring any more", async () => {
  const bench = start(EVENING);
  bench.calls.hold.hold("telephony", "wait");
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId: "lead_waited01",
    objective,
  });
  bench.script.check = () => ({ ok: true, reason: "" });
  bench.clock.advance(30_000);
  await becomes(bench.documents, callId, { status: "scheduled", dueAt: NEXT_MORNING });
  expect(bench.dials).toHaveLength(0);
});
