import type { Caller } from "#server/accounts/caller.ts";
import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";
const DAY = { startHour: 20, endHour: 9 };
const HOUR_MS = 3_600_000;
const NOON_TOMORROW = "2026-11-25T12:00:00-05:00";
const ONE_TOMORROW = "2026-11-25T13:00:00-05:00";
let people = 0;

/** A call that is booked for tomorrow at noon in New York; it is Tuesday, 10:00 there. */
async function booked(clock = new ManualClock()) {
  const bench = callsBench(database(), { clock, config: { quietHours: DAY } });
  const { calls, documents } = bench;
  calls.start();
  onTestFinished(async () => {
    await calls.drain();
    await calls.stop();
    await documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  const leadId = `lead_mover${String(++people).padStart(4, "0")}`;
  const request = { leadId, objective, scheduledTime: NOON_TOMORROW };
  const { call_id: callId } = await calls.request(bench.business, request);
  const consumer: Caller = { ...bench.business, accountId: leadId, role: "consumer", businessId: null };
  return { ...bench, callId, consumer };
}

test("[CL232] a booked call is moved by its consumer, with its alarm; again without effect", async () => {
  const { calls, callId, consumer, alarms, documents } = await booked();
  const at = new Date(ONE_TOMORROW);
  const moved = { callId, status: "scheduled", scheduledFor: at.toISOString() };
  expect(await calls.moves.reschedule(consumer, callId, ONE_TOMORROW)).toEqual(moved);
  await expect.poll(() => alarms.get(`call.due ${callId}`), { timeout: 20_000 }).toEqual(at);
  const revision = (await documents.findOne({ _id: callId }))?.revision;
  expect(await calls.moves.reschedule(consumer, callId, ONE_TOMORROW)).toEqual(moved);
  expect(await documents.findOne({ _id: callId })).toMatchObject({ revision, dueAt: at });
});

test.each([
  ["in the past", "2026-11-24T09:00:00-05:00", { code: "BAD_TIME" }],
  ["too far away", "2027-03-01T12:00:00-05:00", { code: "BAD_TIME" }],
  [
    "at night",
    "2026-11-25T22:00:00-05:00",
    { code: "OUTSIDE_CALLING_HOURS", data: { allowedFrom: "2026-11-26T14:00:00.000Z" } },
  ],
])("[CL234] a time that is %s is refused, and the call keeps the one it has", async (_, time, failure) => {
  const { calls, callId, consumer, documents } = await booked();
  await expect(calls.moves.reschedule(consumer, callId, time)).rejects.toMatchObject(failure);
  expect(await documents.findOne({ _id: callId })).toMatchObject({ dueAt: new Date(NOON_TOMORROW) });
});

test("[CL233] call me now: it is dialled at once, a second click finds it under way, and then it can't be moved", async () => {
  const { calls, callId, consumer, documents, dials } = await booked();
  expect(await calls.moves.callNow(consumer, callId)).toMatchObject({ status: "queued", scheduledFor: null });
  await becomes(documents, callId, { state: { dial: "placed" } });
  expect(await calls.moves.callNow(consumer, callId)).toMatchObject({ status: "dialing" });
  expect(dials).toHaveLength(1);
  await expect(calls.moves.reschedule(consumer, callId, ONE_TOMORROW)).rejects.toMatchObject({
    code: "NOT_POSSIBLE",
  });
});

test("[CL233] call me now is refused at night and by an opt-out, and when the call is over", async () => {
  const clock = new ManualClock();
  const { calls, callId, consumer, suppressions, business } = await booked(clock);
  clock.advance(13 * HOUR_MS);
  await expect(calls.moves.callNow(consumer, callId)).rejects.toMatchObject({
    code: "OUTSIDE_CALLING_HOURS",
    data: { allowedFrom: "2026-11-25T14:00:00.000Z" },
  });
  clock.advance(12 * HOUR_MS);
  await suppressions.suppress(`key of ${consumer.accountId}`, "account");
  await expect(calls.moves.callNow(business, callId)).rejects.toMatchObject({ code: "SUPPRESSED" });
  await calls.stops.cancel(consumer, callId);
  await expect(calls.moves.callNow(consumer, callId)).rejects.toMatchObject({ code: "NOT_POSSIBLE" });
});

test("[CL60] a stranger's call can't be moved, and looks like none", async () => {
  const { calls, callId, consumer } = await booked();
  const stranger = { ...consumer, accountId: "acc_stranger" };
  await expect(calls.moves.reschedule(stranger, callId, ONE_TOMORROW)).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(calls.moves.callNow(stranger, callId)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("[CL232] moves, a cancel and a claim at the same moment: one of them counts, and everybody is told the truth", async () => {
  const { calls, callId, consumer, business, documents, dials } = await booked();
  const moves = [
    calls.moves.callNow(consumer, callId),
    calls.moves.reschedule(consumer, callId, ONE_TOMORROW),
    calls.stops.cancel(business, callId),
    calls.moves.reschedule(business, callId, NOON_TOMORROW),
  ];
  const outcomes = await Promise.allSettled(moves);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "NOT_POSSIBLE" });
  }
  await expect
    .poll(async () => (await documents.findOne({ _id: callId }))?.status, { timeout: 20_000 })
    .toBeOneOf(["cancelled", "cancelling"]);
  expect(dials.length).toBeLessThanOrEqual(1);
});

test("[CL235] a consumer moves a call to no time that somebody else has; a business disposes of its own", async () => {
  const clock = new ManualClock();
  const mine = await booked(clock);
  const taken = { leadId: `lead_mover${String(++people).padStart(4, "0")}`, objective };
  await mine.calls.request(mine.business, { ...taken, scheduledTime: ONE_TOMORROW });
  const { calls, callId, consumer, business, documents } = mine;
  await expect(calls.moves.reschedule(consumer, callId, ONE_TOMORROW)).rejects.toMatchObject({
    code: "SLOT_NOT_FREE",
  });
  expect(await documents.findOne({ _id: callId })).toMatchObject({ dueAt: new Date(NOON_TOMORROW) });
  expect(await calls.moves.reschedule(business, callId, ONE_TOMORROW)).toMatchObject({ status: "scheduled" });
});

test("[CL235] two people move their calls to the same time at once: not both get it, and nobody loses their own", async () => {
  const clock = new ManualClock();
  const first = await booked(clock);
  const leadId = `lead_mover${String(++people).padStart(4, "0")}`;
  const { call_id: otherId } = await first.calls.request(first.business, {
    leadId,
    objective,
    scheduledTime: "2026-11-25T15:00:00-05:00",
  });
  const other = { ...first.consumer, accountId: leadId };
  const outcomes = await Promise.allSettled([
    first.calls.moves.reschedule(first.consumer, first.callId, ONE_TOMORROW),
    first.calls.moves.reschedule(other, otherId, ONE_TOMORROW),
  ]);
  const dueAts = await first.documents.find({ _id: { $in: [first.callId, otherId] } }).toArray();
  const there = dueAts.filter((call) => call.dueAt?.getTime() === Date.parse(ONE_TOMORROW));
  expect(there).toHaveLength(outcomes.filter((outcome) => outcome.status === "fulfilled").length);
  expect(there.length).toBeLessThanOrEqual(1);
});
