import { erasedEvent } from "#server/privacy/erased-event.ts";
import { type CallEvent, callEventSchema, type NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { expect, test } from "vitest";

const SAID = "gramophone";
const consumer = { kind: "person", accountId: "acc_1", name: SAID, role: "consumer" } as const;
const staff = { ...consumer, name: "Sam", role: "supervisor" } as const;
const attemptId = "att_00000001";
const usage = { carrierCents: 1, voiceCents: 1, analystCents: 1, totalCents: 3 };

/** One event of each type, each with whatever words it can carry. */
const EVENTS: NewCallEvent[] = [
  {
    type: "call.requested",
    callId: "call_00000001",
    businessId: "biz_00000001",
    businessName: "Acme",
    leadId: "lead_00000001",
    consumerName: SAID,
    consumerPhone: "•••• 0123",
    objective: SAID,
    requestedBy: consumer,
  },
  { type: "call.scheduled", scheduledFor: "2026-11-24T15:00:00Z", why: "booked" },
  { type: "call.queued" },
  { type: "call.cancelRequested", by: staff },
  { type: "attempt.dialing", attemptId, attemptNumber: 1, fromNumber: "+16505550100" },
  { type: "attempt.ringing", attemptId },
  { type: "attempt.answered", attemptId },
  { type: "attempt.machineDetected", attemptId, answeredBy: "machine", message: SAID },
  { type: "stream.opened", attemptId, epoch: 1, atMs: 1 },
  { type: "stream.lost", attemptId, epoch: 1, atMs: 2 },
  { type: "call.resumed", attemptId, epoch: 2, atMs: 3 },
  { type: "opening.heard", atMs: 4 },
  {
    type: "transcript.segment",
    segmentId: "seg_1",
    speaker: "consumer",
    text: SAID,
    heardText: SAID,
    startMs: 5,
    endMs: 6,
    interrupted: true,
  },
  { type: "turn.measured", latencyMs: 1, atMs: 7 },
  { type: "tool.called", toolCallId: "t1", name: "record_answer", arguments: { answer: SAID }, atMs: 8 },
  { type: "tool.returned", toolCallId: "t1", ok: true, result: SAID, durationMs: 1 },
  { type: "tool.refused", count: 1, atMs: 9 },
  {
    type: "appointment.booked",
    appointmentId: "apt_1",
    startsAt: "2026-11-25T15:00:00Z",
    endsAt: "2026-11-25T16:00:00Z",
    timeZone: "America/New_York",
  },
  { type: "call.followUpRequested", followUpCallId: "call_00000002", scheduledFor: "2026-11-26T15:00:00Z" },
  { type: "steer.whispered", by: staff, text: SAID, steerId: "steer_1" },
  { type: "steer.said", by: staff, text: SAID, steerId: "steer_2" },
  { type: "steer.used", steerId: "steer_1", atMs: 5 },
  { type: "holder.changed", holder: "person", by: staff },
  { type: "call.transferring", by: staff, transferNumberId: "num_1" },
  { type: "optOut.recorded", how: "spoken" },
  { type: "note.added", by: staff, noteId: "note_1", text: SAID },
  { type: "flag.raised", by: { kind: "system" }, reason: SAID },
  { type: "cost.updated", ...usage, estimated: true },
  { type: "recording.started", atMs: 10 },
  { type: "recording.stopped", why: "spoken", atMs: 11 },
  { type: "attempt.ended", attemptId, ended: "completed", reason: "over" },
  {
    type: "analysis.completed",
    summary: SAID,
    outcome: "objective_met",
    sentiment: "positive",
    nextStep: SAID,
    answers: [{ topic: SAID, answer: SAID }],
    evidence: ["seg_1"],
  },
  { type: "call.ended", status: "completed", reason: "objective_met", outcome: "objective_met" },
  { type: "recording.ready", durationMs: 1 },
  { type: "recording.expired" },
  { type: "summary.corrected", by: consumer, text: SAID },
  { type: "summary.deleted", by: consumer },
  { type: "hidden" },
];
const journal: CallEvent[] = EVENTS.map((event, index) => ({
  ...event,
  seq: index + 1,
  at: "2026-11-24T15:00:00Z",
}));

test("[PD2] of every type of event nothing remains that a person said, was called or wanted", () => {
  const types = callEventSchema.options.map(({ shape }) => shape.type.value);
  expect(new Set(EVENTS.map(({ type }) => type))).toEqual(new Set(types));
  const erased = journal.map(erasedEvent);
  expect(JSON.stringify(erased)).not.toMatch(/gramophone|0123/);
  // What proves the rules stays: who, when, how it ended, what staff did.
  expect(erased.map(({ seq, at }) => ({ seq, at }))).toEqual(journal.map(({ seq, at }) => ({ seq, at })));
  const [before, after] = [foldCall(journal), foldCall(erased)];
  const { status, endReason, outcome, optedOut, attempts, cost, appointment, followUp } = before;
  const kept = { status, endReason, outcome, optedOut, cost, appointment, followUp };
  expect(after).toMatchObject(kept);
  expect(after.attempts).toEqual(attempts.map((attempt) => ({ ...attempt, message: "" })));
  expect(JSON.stringify(erased)).toContain("Sam");
  expect(after.recording).toBeNull();
});

test("[PD2] what is erased is erased again without a change", () => {
  const erased = journal.map(erasedEvent);
  expect(erased.map(erasedEvent)).toEqual(erased);
});
