import { becomes, becomesInTime, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { MachineReport } from "#server/telephony/telephony.ts";
import type { VoicemailPolicy } from "#shared/business.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const LEAVES: VoicemailPolicy = { kind: "leave_message", callbackNumber: "+18005550123" };
const MESSAGE = { kind: "sayAndHangUp", text: expect.stringContaining("8 0 0, 5 5 5, 0 1 2 3") };
const MACHINE = { answeredBy: "machine", greetingEnded: true } as const;
let people = 0;

/** A call whose phone was picked up and connected. */
async function pickedUp(voicemail: VoicemailPolicy) {
  const bench = callsBench(database(), { voicemail });
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  const leadId = `lead_machine${++people}`;
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId,
    objective: "Agree on a visit",
  });
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const carrierCallId = `CA-${attemptId}`;
  const { telephonyEvents } = bench.calls;
  await telephonyEvents.answered(attemptId, carrierCallId);
  const detected = (report: Omit<MachineReport, "carrierCallId">) =>
    telephonyEvents.machineDetected(attemptId, { carrierCallId, ...report });
  const asked = () => telephonyEvents.streamEnded(attemptId, carrierCallId);
  const status = (is: "completed") =>
    telephonyEvents.statusChanged(attemptId, { carrierCallId, status: is, sequence: 3, durationSeconds: 20 });
  return { bench, callId, carrierCallId, detected, asked, status };
}

test("[CL96] at the end of the greeting the carrier leaves the message, told twice it leaves it once; then voicemail", async () => {
  const { bench, callId, detected, asked, status } = await pickedUp(LEAVES);
  expect(bench.dials[0]?.awaitGreetingEnd).toBe(true);
  await detected(MACHINE);
  await detected(MACHINE);
  expect(await asked()).toEqual(MESSAGE);
  expect(bench.script.ended).toEqual([]);
  await status("completed");
  await becomesInTime(bench, callId, { status: "voicemail", state: { end: { reason: "voicemail" } } });
  const call = await bench.documents.findOne({ _id: callId });
  expect(call?.journal.filter(({ type }) => type === "attempt.machineDetected")).toHaveLength(1);
  expect(bench.dials).toHaveLength(1);
});

test("[CL96] the carrier never asks for the message: the phone is ended all the same", async () => {
  const { bench, callId, carrierCallId, detected } = await pickedUp(LEAVES);
  await detected(MACHINE);
  bench.script.fetch = () => ({
    kind: "found",
    call: { carrierCallId, status: "in_progress", durationSeconds: null, priceCents: null },
  });
  bench.script.end = () => ({ kind: "accepted", status: "completed" });
  await becomesInTime(bench, callId, { status: "voicemail" });
  expect(bench.script.ended).toContain(carrierCallId);
});

test("[CL96] somebody cancels while the message waits: it is not left", async () => {
  const { bench, callId, detected, asked } = await pickedUp(LEAVES);
  await detected(MACHINE);
  await bench.calls.stops.cancel(bench.business, callId);
  expect(await asked()).toEqual({ kind: "hangUp" });
});

test.each([
  ["the business leaves none", { kind: "hang_up" }, MACHINE],
  ["the greeting is not over", LEAVES, { ...MACHINE, greetingEnded: false }],
  ["it is a fax", LEAVES, { answeredBy: "fax", greetingEnded: false }],
] as const)("[CL47] no message when %s", async (_, voicemail, report) => {
  const { bench, carrierCallId, detected, asked } = await pickedUp(voicemail);
  await detected(report);
  await expect.poll(() => bench.script.ended, { timeout: 20_000 }).toContain(carrierCallId);
  expect(await asked()).toEqual({ kind: "hangUp" });
});

test("[CL47] without a message the verdict is wanted as soon as it is known; an unknown one counts as a person", async () => {
  const { bench, detected, asked } = await pickedUp({ kind: "hang_up" });
  expect(bench.dials[0]?.awaitGreetingEnd).toBe(false);
  await detected({ answeredBy: "unknown", greetingEnded: false });
  expect(await asked()).toMatchObject({ kind: "connect" });
});
