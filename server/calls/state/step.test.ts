import type { CallInput, CallState, CarrierEvent } from "#server/calls/state/call-state.ts";
import { liveAttempt, liveCarrierCallId, statusOf } from "#server/calls/state/call-state.ts";
import { type Step, step, type StepRules } from "#server/calls/state/step.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { callEventSchema } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { isFinal } from "#shared/call/status.ts";
import { applyToSummary, summaryOf } from "#shared/call/summary-fold.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const NOW = Date.parse("2026-11-24T15:00:00Z");
const RULES: StepRules = {
  nowMs: NOW,
  maxAttempts: 3,
  retryBackoffMs: 60_000,
  ringTimeoutMs: 25_000,
  maxResumes: 3,
};
const BY = { kind: "person", accountId: "acc_1", name: "Sam", role: "supervisor" } as const;
const CARRIER = "CA1";

/** A call with its journal, moved by `step` as the store moves it. */
class Journal {
  state: CallState = { phase: "queued", attemptsMade: 0 };
  nowMs = NOW;
  epoch = 0;
  attempts = 0;
  dials: string[] = [];
  ended: CarrierEvent | null = null;
  readonly events: CallEvent[] = [];

  constructor() {
    this.#add([
      {
        type: "call.requested",
        callId: "call_00000001",
        businessId: "biz_00000001",
        businessName: "Acme",
        leadId: "lead_00000001",
        consumerName: "Maria",
        consumerPhone: "•••• 0123",
        objective: "Agree on a visit",
        requestedBy: BY,
      },
      { type: "call.queued" },
    ]);
  }

  feed(input: CallInput): Step | null {
    const next = step(this.state, input, { ...RULES, nowMs: this.nowMs });
    if (next === null) return null;
    this.state = next.state;
    if (input.kind === "streamOpened") this.epoch = input.epoch;
    this.#add(next.events);
    for (const effect of next.effects) if (effect.kind === "dial") this.dials.push(effect.attempt.attemptId);
    return next;
  }

  claim(): string {
    this.attempts += 1;
    const attemptId = `att_0000000${this.attempts}`;
    const number = this.state.phase === "queued" ? this.state.attemptsMade + 1 : 1;
    this.feed({ kind: "claimed", attempt: { attemptId, number, from: "+16505550100", placeId: "p" } });
    return attemptId;
  }

  get view() {
    return foldCall(this.events);
  }

  #add(fresh: NewCallEvent[]) {
    for (const one of fresh) {
      const at = new Date(this.nowMs).toISOString();
      this.events.push({ ...one, seq: this.events.length + 1, at });
    }
  }
}

const report = (attemptId: string, status: CarrierEvent): CallInput => ({
  kind: "carrierReported",
  attemptId,
  carrierCallId: CARRIER,
  status,
});

const token = (value: string) => ({ value, expiresAt: NOW + 10 * 24 * 3_600_000 });

function talking(): { call: Journal; attemptId: string } {
  const call = new Journal();
  const attemptId = call.claim();
  call.feed({ kind: "dialPlaced", attemptId, carrierCallId: CARRIER });
  call.feed(report(attemptId, "ringing"));
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t1") });
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
  const call = new Journal();
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
  const call = new Journal();
  const attemptId = call.claim();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t") })).toBeNull();
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
  const call = new Journal();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(call.view).toMatchObject({ status: "cancelled", endReason: "cancelled_before_dialing" });
  expect(call.feed({ kind: "cancelAsked", by: BY })).toBeNull();
});

test("[CL16] an account that may not dial costs the call neither its place nor an attempt", () => {
  const call = new Journal();
  const attemptId = call.claim();
  call.feed({ kind: "dialImpossible", attemptId, reason: "Twilio refused the credentials." });
  expect(call.state).toEqual({ phase: "queued", attemptsMade: 0 });
  expect(call.view.status).toBe("queued");
});

test("[CL20] nobody answers: three attempts, each wait twice as long, then the true end", () => {
  const call = new Journal();
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
  const call = new Journal();
  const attemptId = call.claim();
  call.feed(report(attemptId, "in_progress"));
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t") });
  expect(call.state).toMatchObject({ phase: "answered", connects: 1, streams: 0 });
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
  const call = new Journal();
  const attemptId = call.claim();
  const short = { value: "t", expiresAt: NOW + 1000 };
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: short });
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "other" })).toBeNull();
  call.nowMs += 2000;
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t" })).toBeNull();
  call.feed({ kind: "pickedUp", attemptId, carrierCallId: CARRIER, token: token("t2") });
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t2" })).not.toBeNull();
  expect(call.feed({ kind: "streamAdmitted", attemptId, token: "t2" })).toBeNull();
});

test("[CL43] a lost stream is replaced at most three times", () => {
  const { call, attemptId } = talking();
  let resumes = 0;
  for (let epoch = 2; epoch < 10; epoch++) {
    call.feed({ kind: "streamLost", attemptId, epoch: epoch - 1 });
    const asked = call.feed({
      kind: "pickedUp",
      attemptId,
      carrierCallId: CARRIER,
      token: token(`t${epoch}`),
    });
    if (asked === null) break;
    call.feed({ kind: "streamAdmitted", attemptId, token: `t${epoch}` });
    call.feed({ kind: "streamOpened", attemptId, epoch });
    resumes += 1;
  }
  expect(resumes).toBe(3);
  expect(call.events.filter((event) => event.type === "call.resumed")).toHaveLength(3);
});

test("[CL47] a machine is not talked to", () => {
  const { call, attemptId } = talking();
  const heard = call.feed({ kind: "machineAnswered", attemptId, answeredBy: "machine" });
  expect(heard?.effects[0]).toEqual({ kind: "endPhone", carrierCallId: CARRIER });
  call.feed(report(attemptId, "completed"));
  expect(call.view).toMatchObject({ status: "voicemail" });
});

/** Whatever can come, about this attempt, an older one or somebody else's, in any order and any number. */
const CARRIER_EVENTS: CarrierEvent[] = [
  "queued",
  "initiated",
  "ringing",
  "in_progress",
  "completed",
  "busy",
  "no_answer",
  "failed",
  "cancelled",
];
const who = fc.constantFrom("current", "older");
const move = fc.oneof(
  fc.record({ kind: fc.constant("claim" as const) }),
  fc.record({ kind: fc.constant("wait" as const) }),
  fc.record({ kind: fc.constant("due" as const) }),
  fc.record({ kind: fc.constant("postponed" as const) }),
  fc.record({ kind: fc.constant("refusedByRule" as const) }),
  fc.record({ kind: fc.constantFrom("dialPlaced", "dialImpossible", "dialUnknown", "lostAtCarrier"), who }),
  fc.record({ kind: fc.constant("dialRefused" as const), who, permanent: fc.boolean() }),
  fc.record({
    kind: fc.constant("carrierReported" as const),
    who,
    status: fc.constantFrom(...CARRIER_EVENTS),
    carrier: fc.constantFrom(CARRIER, CARRIER, CARRIER, "CA2"),
  }),
  fc.record({ kind: fc.constant("pickedUp" as const), who }),
  fc.record({
    kind: fc.constantFrom("streamAdmitted", "streamOpened", "streamLost", "machineAnswered"),
    who,
  }),
  fc.record({ kind: fc.constantFrom("hangUpAsked", "cancelAsked", "summedUp") }),
);

function inputOf(
  call: Journal,
  one: { kind: string; who?: string; [more: string]: unknown },
): CallInput | null {
  const current = liveAttempt(call.state)?.attemptId ?? `att_0000000${call.attempts}`;
  const attemptId = one.who === "older" ? "att_00000001" : current;
  const carrierCallId = typeof one["carrier"] === "string" ? one["carrier"] : CARRIER;
  switch (one.kind) {
    case "due":
      return { kind: "due" };
    case "postponed":
      return { kind: "postponed", until: call.nowMs + 60_000, why: "quiet_hours" };
    case "refusedByRule":
      return { kind: "refusedByRule", reason: "suppression" };
    case "dialPlaced":
      return { kind: "dialPlaced", attemptId, carrierCallId };
    case "dialRefused":
      return { kind: "dialRefused", attemptId, permanent: one["permanent"] === true, reason: "no" };
    case "dialImpossible":
      return { kind: "dialImpossible", attemptId, reason: "no" };
    case "dialUnknown":
    case "lostAtCarrier":
      return { kind: one.kind, attemptId };
    case "carrierReported":
      return { kind: "carrierReported", attemptId, carrierCallId, status: one["status"] as CarrierEvent };
    case "pickedUp":
      return { kind: "pickedUp", attemptId, carrierCallId, token: token(`t${call.events.length}`) };
    case "streamAdmitted":
      return call.state.phase === "answered" && call.state.token !== null
        ? { kind: "streamAdmitted", attemptId, token: call.state.token.value }
        : null;
    case "streamOpened":
      return { kind: "streamOpened", attemptId, epoch: call.epoch + 1 };
    case "streamLost":
      return { kind: "streamLost", attemptId, epoch: call.epoch };
    case "machineAnswered":
      return { kind: "machineAnswered", attemptId, answeredBy: "machine" };
    case "hangUpAsked":
      return { kind: "hangUpAsked", end: { status: "completed", reason: "objective_met" } };
    case "cancelAsked":
      return { kind: "cancelAsked", by: BY };
    case "summedUp":
      return { kind: "summedUp", events: [], outcome: null };
    default:
      return null;
  }
}

test("[CL2] any interleaving of webhooks, sockets, cancels and time-outs: legal states, one journal without holes, one end", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      const call = new Journal();
      for (const one of moves) {
        const before = { final: isFinal(statusOf(call.state)), carrier: liveCarrierCallId(call.state) };
        if (one.kind === "claim") call.claim();
        else if (one.kind === "wait") call.nowMs += 20 * 60_000;
        else {
          const input = inputOf(call, one);
          if (input !== null) call.feed(input);
        }
        // What is over stays over; a known carrier call is never swapped for another under the same attempt.
        if (before.final) expect(isFinal(statusOf(call.state))).toBe(true);
        const carrier = liveCarrierCallId(call.state);
        if (before.carrier !== null && carrier !== null) expect(carrier).toBe(before.carrier);
        expect(call.view.status).toBe(statusOf(call.state));
      }
      expect(call.events.map((event) => event.seq)).toEqual(call.events.map((_, index) => index + 1));
      for (const event of call.events) callEventSchema.parse(event);
      const ends = call.events.filter((event) => event.type === "call.ended");
      expect(ends).toHaveLength(isFinal(call.view.status) ? 1 : 0);
      if (ends[0] !== undefined) expect(call.events.at(-1)).toBe(ends[0]);
      // Each attempt is dialled once, and never more than the rules allow at one call.
      expect(new Set(call.dials).size).toBe(call.dials.length);
      // The row of the list is the fold of the whole journal, however the journal was cut into pieces.
      const first = summaryOf(foldCall(call.events.slice(0, 2)));
      const row = call.events.slice(2).reduce((sum, event) => applyToSummary(sum, [event]), first);
      expect(row).toEqual(summaryOf(call.view));
    }),
    { numRuns: 3000 },
  );
});
