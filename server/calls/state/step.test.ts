import { BY, CARRIER, NOW, report, StepJournal, token } from "#server/calls/testing/step-journal.ts";
import { expect, test } from "vitest";

function talking(): { call: StepJournal; attemptId: string } {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed({ kind: "dialPlaced", attemptId, carrierCallId: CARRIER });
  call.feed(report(attemptId, "ringing"));
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t1"), after: "ringing" });
  call.feed({ kind: "streamAdmitted", attemptId, token: "t1" });
  call.feed({ kind: "streamOpened", attemptId, epoch: 1 });
  return { call, attemptId };
}

test("[CL10] the way of a call: queued, dialled, rung, answered, talked, summed up, completed", () => {
  const { call, attemptId } = talking();
  expect(call.view.status).toBe("in_progress");
  const over = call.feed(report(attemptId, "completed"));
  expect(over?.effects.map((effect) => effect.kind)).toEqual(["releaseActor", "setAlarm", "nudgeQueue"]);
  expect(call.view.status).toBe("wrapping_up");
  call.feed({ kind: "summedUp", events: [], outcome: "objective_met" });
  expect(call.state).toEqual({ phase: "ended", end: { status: "completed", reason: "consumer_hung_up" } });
  expect(call.view).toMatchObject({ status: "completed", outcome: "objective_met" });
});

test("[CL12] a cancel while dialling ends the phone as soon as the carrier's id is known", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(call.view.status).toBe("cancelling");
  const placed = call.feed({ kind: "dialPlaced", attemptId, carrierCallId: CARRIER });
  expect(placed?.effects).toEqual([{ kind: "endPhone", carrierCallId: CARRIER }]);
  call.feed(report(attemptId, "cancelled"));
  expect(call.state).toEqual({
    phase: "ended",
    end: { status: "cancelled", reason: "cancelled_before_answer" },
  });
});

test("[CL12] a cancel while dialling refuses the conversation when the phone is picked up first", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(
    call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t"), after: "ringing" }),
  ).toBeNull();
  call.feed(report(attemptId, "completed"));
  expect(call.view).toMatchObject({ status: "cancelled", endReason: "cancelled_at_answer" });
});

test("[CL13] a call cancelled after it was answered says so", () => {
  const { call, attemptId } = talking();
  const asked = call.feed({ kind: "cancelAsked", by: BY });
  expect(asked?.effects.slice(0, 2)).toEqual([
    { kind: "endPhone", carrierCallId: CARRIER },
    { kind: "releaseActor" },
  ]);
  call.feed(report(attemptId, "completed"));
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "cancelled", endReason: "cancelled_after_answer" });
});

test("[CL14] a cancel of a waiting call ends it at once, a second one changes nothing", () => {
  const call = new StepJournal();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(call.view).toMatchObject({ status: "cancelled", endReason: "cancelled_before_dialing" });
  expect(call.feed({ kind: "cancelAsked", by: BY })).toBeNull();
});

test("[CL16] an account that may not dial costs the call neither its place nor an attempt", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed({ kind: "dialImpossible", attemptId, reason: "Twilio refused the credentials." });
  expect(call.state).toEqual({ phase: "queued", attemptsMade: 0 });
  expect(call.view.status).toBe("queued");
});

test("[CL20] nobody answers: three attempts, each wait twice as long, then the true end", () => {
  const call = new StepJournal();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 3; attempt++) {
    const attemptId = call.claim();
    call.feed({ kind: "dialPlaced", attemptId, carrierCallId: CARRIER });
    call.feed(report(attemptId, "no_answer"));
    if (call.state.phase === "scheduled") waits.push(call.state.dueAt - call.nowMs);
    call.nowMs += 10 * 60_000;
    call.feed({ kind: "due" });
  }
  expect(waits).toEqual([60_000, 120_000]);
  expect(call.view).toMatchObject({ status: "no_answer", endReason: "no_answer" });
});

test("[CL30] an answer report that overtakes the carrier's question does not lose the token", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed(report(attemptId, "in_progress"));
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t"), after: "ringing" });
  expect(call.state).toMatchObject({ phase: "answered", connectedAts: [NOW], streams: 0 });
  expect(call.events.filter((event) => event.type === "attempt.answered")).toHaveLength(1);
});

test("[CL36] a talk that the carrier knows nothing of ends as failed, and nobody is dialled again", () => {
  const { call, attemptId } = talking();
  call.feed({ kind: "lostAtCarrier", attemptId });
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "failed", endReason: "connection_lost" });
  expect(call.dials).toEqual([attemptId]);
});

test("[CL42] a token opens one stream, once, and not after it expired", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  const short = { value: "t", expiresAt: NOW + 1000 };
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: short, after: "ringing" });
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "other" })).toBeNull();
  call.nowMs += 2000;
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t" })).toBeNull();
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t2"), after: "ringing" });
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t2" })).not.toBeNull();
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t2" })).toBeNull();
});

/** Loses the stream again and again, `everyMs`, until no more is connected. Returns how often it went on. */
function loseStreams({ call, attemptId }: ReturnType<typeof talking>, everyMs: number): number {
  for (let resumes = 0; resumes < 100; resumes++) {
    call.nowMs += everyMs;
    const value = `again ${resumes}`;
    call.feed({ kind: "streamLost", attemptId, epoch: call.epoch });
    const asked = { attemptId, carrierCallId: CARRIER, after: "stream", token: token(value) } as const;
    if (call.feed({ kind: "pickedUp", ...asked }) === null) return resumes;
    call.feed({ kind: "streamAdmitted", attemptId, token: value });
    call.feed({ kind: "streamOpened", attemptId, epoch: call.epoch + 1 });
  }
  return Number.POSITIVE_INFINITY;
}

test("[CL43] a lost stream is replaced at most three times within a minute", () => {
  const talk = talking();
  expect(loseStreams(talk, 1000)).toBe(3);
  expect(talk.call.events.filter((event) => event.type === "call.resumed")).toHaveLength(3);
  // A minute later the line may be tried again.
  talk.call.nowMs += 60_000;
  expect(loseStreams(talk, 1000)).toBe(3);
});

test("[CL43] a lost stream is replaced at most ten times in a call, however seldom it happens", () => {
  expect(loseStreams(talking(), 50_000)).toBe(10);
});

test("[CL101] a talk that we have to give up ends after the carrier's apology, and somebody is asked to call back", () => {
  const { call, attemptId } = talking();
  const end = { status: "failed", reason: "connection_lost" } as const;
  const left = call.feed({ kind: "hangUpAsked", end, say: "I am sorry." });
  expect(left?.effects.map((effect) => effect.kind)).toEqual(["releaseActor", "setAlarm"]);
  expect(call.state).toMatchObject({ phase: "leaving", say: { text: "I am sorry." } });
  call.feed(report(attemptId, "completed"));
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "failed", endReason: "connection_lost" });
  expect(call.view.flags).toHaveLength(1);
});

test("[CL202] a line that broke after an opt-out asked somebody to call that person back", () => {
  const { call, attemptId } = talking();
  call.record({ type: "optOut.recorded", how: "key" });
  call.feed({ kind: "lostAtCarrier", attemptId });
  call.feed({ kind: "summedUp", events: [], outcome: "opted_out" });
  expect(call.view).toMatchObject({ status: "failed", endReason: "connection_lost", flags: [] });
});

test("[CL13] a cancel during the carrier's last words ends the phone at once", () => {
  const { call, attemptId } = talking();
  const end = { status: "failed", reason: "voice_unavailable" } as const;
  call.feed({ kind: "hangUpAsked", end, say: "I am sorry." });
  const asked = call.feed({ kind: "cancelAsked", by: BY });
  expect(asked?.effects[0]).toEqual({ kind: "endPhone", carrierCallId: CARRIER });
  call.feed(report(attemptId, "completed"));
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "cancelled", endReason: "cancelled_after_answer", flags: [] });
});

test("[CL47] a machine is not talked to", () => {
  const { call, attemptId } = talking();
  const heard = call.feed({
    kind: "machineAnswered",
    attemptId,
    carrierCallId: CARRIER,
    answeredBy: "machine",
  });
  expect(heard?.effects[0]).toEqual({ kind: "endPhone", carrierCallId: CARRIER });
  call.feed(report(attemptId, "completed"));
  expect(call.view).toMatchObject({ status: "wrapping_up" });
  call.feed({ kind: "summedUp", events: [], outcome: "voicemail" });
  expect(call.view).toMatchObject({ status: "voicemail", outcome: "voicemail" });
});

test("[CL96] a message is left: the stream is let go, the phone is not ended before the words were spoken", () => {
  const { call, attemptId } = talking();
  const verdict = {
    kind: "machineAnswered",
    attemptId,
    carrierCallId: CARRIER,
    answeredBy: "machine",
  } as const;
  const heard = call.feed({ ...verdict, message: "Please call Acme." });
  expect(heard?.effects.map(({ kind }) => kind)).toEqual(["releaseActor", "setAlarm"]);
  expect(call.state).toMatchObject({ phase: "leaving", say: { text: "Please call Acme." } });
  expect(call.feed({ ...verdict, message: "Please call Acme." })).toBeNull();
  expect(call.feed(verdict)).toBeNull();
  call.feed(report(attemptId, "completed"));
  call.feed({ kind: "summedUp", events: [], outcome: "voicemail" });
  expect(call.view).toMatchObject({ status: "voicemail", attempts: [{ message: "Please call Acme." }] });
});

test("a repeated question about the ringing cut the talk it belonged to", () => {
  const { call, attemptId } = talking();
  const again = { kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t9") } as const;
  expect(call.feed({ ...again, after: "ringing" })).toBeNull();
  expect(call.feed({ ...again, after: "stream" })).not.toBeNull();
});

test("a call that the carrier ended at its time limit says so", () => {
  const { call, attemptId } = talking();
  call.nowMs += 900_000;
  call.feed(report(attemptId, "completed"));
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "completed", endReason: "time_limit" });
});

test("[CL47] a verdict about a machine that overtakes the answer is not lost", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed(report(attemptId, "ringing"));
  call.feed({ kind: "machineAnswered", attemptId, carrierCallId: CARRIER, answeredBy: "machine" });
  call.feed(report(attemptId, "completed"));
  expect(call.view).toMatchObject({ status: "wrapping_up" });
  call.feed({ kind: "summedUp", events: [], outcome: "voicemail" });
  expect(call.view).toMatchObject({ status: "voicemail", outcome: "voicemail" });
});

test("a talk that ended while we were away said that the consumer had hung up", () => {
  const { call, attemptId } = talking();
  call.feed({
    kind: "carrierReported",
    attemptId,
    carrierCallId: CARRIER,
    status: "completed",
    learned: true,
  });
  call.feed({ kind: "summedUp", events: [], outcome: null });
  expect(call.view).toMatchObject({ status: "completed", endReason: "ended_unseen" });
});

test("[CL230] three attempts, each later by twice as long, each at an hour in which the person may be called", () => {
  const call = new StepJournal();
  const morning = NOW + 86_400_000;
  call.rules = { legalFrom: (atMs) => (atMs > NOW + 100_000 ? Math.max(atMs, morning) : atMs) };
  const missed = (attemptId: string) => call.feed(report(attemptId, "no_answer"))?.effects;
  const alarmAt = (at: number) => expect.arrayContaining([{ kind: "setAlarm", alarm: "call.due", at }]);
  expect(missed(call.claim())).toEqual(alarmAt(NOW + 60_000));
  call.nowMs = NOW + 60_000;
  call.feed({ kind: "due" });
  expect(missed(call.claim())).toEqual(alarmAt(morning));
  expect(call.view).toMatchObject({ status: "scheduled", scheduledFor: new Date(morning).toISOString() });
  call.nowMs = morning;
  call.feed({ kind: "due" });
  missed(call.claim());
  expect(call.view).toMatchObject({ status: "no_answer", attempts: [{}, {}, {}] });
});
