import { becomes, becomesInTime, callsBench } from "#server/calls/testing/calls-bench.ts";
import { agentInstructions, openingWords } from "#server/calls/live/prompt.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { foldCall } from "#shared/call/fold.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";
let people = 0;
const someone = () => `lead_asked${String(++people).padStart(4, "0")}`;

function start(options: Parameters<typeof callsBench>[1] = {}) {
  const bench = callsBench(database(), options);
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return bench;
}

const consumerOf = (leadId: string) =>
  ({ accountId: leadId, name: "Maria", email: "m@people.test", role: "consumer", businessId: null }) as const;

test("[CL253] each waiting call is told its place and a wait that pace and lines make likely; a stranger is told nothing", async () => {
  const bench = start({ config: { callsPerSecond: 1, maxLiveCalls: 2 } });
  bench.calls.hold.hold("telephony", "wait");
  const leads = [someone(), someone(), someone(), someone()];
  const ids: string[] = [];
  for (const leadId of leads) {
    bench.clock.advance(10);
    ids.push((await bench.calls.request(bench.business, { leadId, objective })).call_id);
  }
  const places = await Promise.all(
    ids.map((callId, index) => bench.calls.requests.place(consumerOf(leads[index] ?? ""), callId)),
  );
  expect(places.map((place) => place.queuePosition)).toEqual([1, 2, 3, 4]);
  // Two lines are free; the third and fourth wait for calls of 90 s to end on them.
  expect(places.map((place) => place.estimatedWaitSeconds)).toEqual([0, 1, 45, 90]);
  expect(places[0]).toMatchObject({ at: "2026-11-24T15:00:00.040Z", fromNumber: "+16505550100" });
  await expect(bench.calls.requests.place(consumerOf("lead_stranger"), ids[0] ?? "")).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await bench.calls.stops.cancel(bench.business, ids[0] ?? "");
  expect(await bench.calls.requests.place(bench.business, ids[1] ?? "")).toMatchObject({ queuePosition: 1 });
  expect(await bench.calls.requests.place(bench.business, ids[0] ?? "")).toMatchObject({
    queuePosition: null,
    estimatedWaitSeconds: 0,
  });
});

test("[CL253] a booked call waits until its instant", async () => {
  const bench = start();
  const scheduledTime = new Date(bench.clock.nowMs() + 3_600_000).toISOString();
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId: someone(),
    objective,
    scheduledTime,
  });
  expect(await bench.calls.requests.place(bench.business, callId)).toMatchObject({
    queuePosition: null,
    estimatedWaitSeconds: 3600,
  });
});

test("[CL254] the preview is what the call then says and is told, but for the code words", async () => {
  const bench = start({ parties: { consentFor: async () => ({ aiCalls: true, recording: true }) } });
  const leadId = someone();
  const preview = await bench.calls.requests.preview(bench.business, { leadId, objective });
  const { call_id: callId } = await bench.calls.request(bench.business, { leadId, objective });
  const call = await bench.documents.findOne({ _id: callId });
  if (call === null) throw new Error("The call is not stored.");
  expect(preview.prompt).toBe(agentInstructions(call.briefing));
  const said = openingWords(call.briefing, true);
  const codeWords = foldCall(call.journal).codeWords ?? "nothing";
  expect(said.toLowerCase()).toBe(preview.opening.toLowerCase().replace("[two code words]", codeWords));
});

test("[CL254] a preview needs a match, and does not count as a request", async () => {
  const bench = start({ parties: { matchFor: async () => null } });
  const preview = bench.calls.requests.preview(bench.business, { leadId: someone(), objective });
  await expect(preview).rejects.toMatchObject({ code: "NOT_MATCHED" });
  expect(await bench.calls.requests.quota(bench.business)).toMatchObject({ left: 10 });
});

test("[CL255] the quota counts down, says when the next is free, and slides", async () => {
  const bench = start();
  bench.calls.hold.hold("telephony", "wait");
  const first = bench.clock.nowMs();
  expect(await bench.calls.requests.quota(bench.business)).toMatchObject({
    limit: 10,
    left: 10,
    nextFreeAt: null,
  });
  for (let calls = 0; calls < 10; calls++) {
    await bench.calls.request(bench.business, { leadId: someone(), objective });
    bench.clock.advance(1000);
  }
  const nextFreeAt = new Date(first + 3_600_000).toISOString();
  expect(await bench.calls.requests.quota(bench.business)).toMatchObject({ left: 0, nextFreeAt });
  bench.clock.advance(3_600_000 - 10_000);
  expect(await bench.calls.requests.quota(bench.business)).toMatchObject({ left: 1, nextFreeAt: null });
});

test("[CL256] [CL257] code words and the number that shows are in the journal and in the view, the same number on a retry", async () => {
  const bench = start();
  const { call_id: callId } = await bench.calls.request(bench.business, { leadId: someone(), objective });
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const report = {
    carrierCallId: `CA-${attemptId}`,
    status: "no_answer" as const,
    sequence: 2,
    durationSeconds: 0,
  };
  await bench.calls.telephonyEvents.statusChanged(attemptId, report);
  await becomes(bench.documents, callId, { status: "scheduled" });
  const view = await bench.calls.access.view(bench.business, callId);
  expect(view.codeWords).toMatch(/^[a-z]+ [a-z]+$/);
  expect(view.fromNumber).toBe(bench.dials[0]?.from);
  bench.clock.advance(61_000);
  await becomesInTime(bench, callId, { state: { attempt: { number: 2 } } });
  expect(bench.dials.map((dial) => dial.from)).toEqual(["+16505550100", "+16505550100"]);
});

test("[CL291] a list for one lead has the calls about it, newest first, and nobody else's", async () => {
  const bench = start();
  bench.calls.hold.hold("telephony", "wait");
  const [leadId, other] = [someone(), someone()];
  const ids: string[] = [];
  for (const about of [leadId, other, leadId]) {
    bench.clock.advance(10);
    ids.push((await bench.calls.request(bench.business, { leadId: about, objective })).call_id);
  }
  const listed = await bench.calls.access.list(bench.business, { leadId, limit: 10 });
  expect(listed.calls.map((call) => call.callId)).toEqual([ids[2], ids[0]]);
  const stranger = { ...bench.business, businessId: "biz_stranger" };
  expect((await bench.calls.access.list(stranger, { leadId, limit: 10 })).calls).toEqual([]);
});
