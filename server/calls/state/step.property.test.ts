import { type CallInput, liveAttempt, liveCarrierCallId, statusOf } from "#server/calls/state/call-state.ts";
import type { CarrierStatus } from "#server/telephony/telephony.ts";
import { BY, CARRIER, StepJournal, token } from "#server/calls/testing/step-journal.ts";
import { callEventSchema, isLateFact, type NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { applyHelpSignals, NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { isFinal } from "#shared/call/status.ts";
import { applyToSummary, summaryOf } from "#shared/call/summary-fold.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Whatever can come, about this attempt, an older one or somebody else's, in any order and any number. */
const CARRIER_EVENTS: CarrierStatus[] = [
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
const cost = { carrierCents: 2, voiceCents: 1, analystCents: 0, totalCents: 3 };
/** Facts that may become known after the end, and two that may not. */
const LATE: NewCallEvent[] = [
  { type: "cost.updated", ...cost, estimated: false },
  { type: "recording.ready", durationMs: 1000 },
  { type: "cost.updated", ...cost, estimated: true },
  { type: "flag.raised", by: BY, reason: "late" },
];
const who = fc.constantFrom("current", "older");
const move = fc.oneof(
  fc.record({ kind: fc.constant("claim" as const) }),
  fc.record({ kind: fc.constant("wait" as const) }),
  fc.record({ kind: fc.constant("due" as const) }),
  fc.record({ kind: fc.constant("postponed" as const) }),
  fc.record({ kind: fc.constant("refusedByRule" as const) }),
  fc.record({ kind: fc.constant("moved" as const), inMs: fc.option(fc.constantFrom(0, 60_000)) }),
  fc.record({ kind: fc.constantFrom("dialPlaced", "dialImpossible", "dialUnknown", "lostAtCarrier"), who }),
  fc.record({ kind: fc.constant("dialRefused" as const), who, permanent: fc.boolean() }),
  fc.record({
    kind: fc.constant("carrierReported" as const),
    who,
    status: fc.constantFrom(...CARRIER_EVENTS),
    carrier: fc.constantFrom(CARRIER, CARRIER, CARRIER, "CA2"),
  }),
  fc.record({ kind: fc.constant("pickedUp" as const), who, after: fc.constantFrom("ringing", "stream") }),
  fc.record({
    kind: fc.constantFrom("streamAdmitted", "streamOpened", "streamLost"),
    who,
  }),
  fc.record({ kind: fc.constant("machineAnswered" as const), who, speaks: fc.boolean() }),
  fc.record({ kind: fc.constant("hangUpAsked" as const), speaks: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("cancelAsked", "summedUp") }),
  fc.record({ kind: fc.constant("late" as const), event: fc.constantFrom(...LATE) }),
);

function inputOf(
  call: StepJournal,
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
    case "moved":
      return { kind: "moved", dueAt: typeof one["inMs"] === "number" ? call.nowMs + one["inMs"] : null };
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
      return { kind: "carrierReported", attemptId, carrierCallId, status: one["status"] as CarrierStatus };
    case "pickedUp":
      return {
        kind: "pickedUp",
        attemptId,
        carrierCallId,
        token: token(`t${call.events.length}`),
        after: one["after"] === "stream" ? "stream" : "ringing",
      };
    case "streamAdmitted":
      return call.state.phase === "answered" && call.state.token !== null
        ? { kind: "streamAdmitted", attemptId, token: call.state.token.value }
        : null;
    case "streamOpened":
      return { kind: "streamOpened", attemptId, epoch: call.epoch + 1 };
    case "streamLost":
      return { kind: "streamLost", attemptId, epoch: call.epoch };
    case "machineAnswered":
      return {
        kind: "machineAnswered",
        attemptId,
        carrierCallId,
        answeredBy: "machine",
        ...(one["speaks"] === true && { message: "Please call back." }),
      };
    case "hangUpAsked": {
      const end = { status: "completed", reason: "objective_met" } as const;
      return { kind: "hangUpAsked", end, ...(one["speaks"] === true && { say: "Goodbye." }) };
    }
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
      const call = new StepJournal();
      for (const one of moves) {
        const before = { final: isFinal(statusOf(call.state)), carrier: liveCarrierCallId(call.state) };
        if (one.kind === "claim") call.claim();
        else if (one.kind === "late") call.late(one.event);
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
      // Nothing but late facts follows it.
      if (ends[0] !== undefined)
        expect(call.events.slice(ends[0].seq).filter((one) => !isLateFact(one))).toEqual([]);
      // Whoever was picked up is on the bill, and nobody else; over is over.
      const answered = call.events.flatMap((one) => (one.type === "attempt.answered" ? [one.attemptId] : []));
      const billed = call.carrierCalls.filter((row) => row.answeredAt !== null).map((row) => row.attemptId);
      expect(billed).toEqual(expect.arrayContaining(answered));
      for (const row of call.carrierCalls) {
        const live = liveAttempt(call.state)?.attemptId === row.attemptId;
        expect(row.endedAt === null).toBe(live);
      }
      // Each attempt is dialled once, and never more than the rules allow at one call.
      expect(new Set(call.dials).size).toBe(call.dials.length);
      // The row of the list is the fold of the whole journal, however the journal was cut into pieces.
      const first = summaryOf(foldCall(call.events.slice(0, 2)));
      const row = call.events.slice(2).reduce((sum, event) => applyToSummary(sum, [event]), first);
      expect(row).toEqual(summaryOf(call.view, call.events.reduce(applyHelpSignals, NO_HELP_SIGNALS)));
    }),
    { numRuns: 3000 },
  );
});

test("[CL11] a cancel in any state ends the call without another dial, as soon as the carrier has told what became of the phone", () => {
  const carrierEnd = fc.constantFrom("completed" as const, "cancelled" as const, "lostAtCarrier" as const);
  fc.assert(
    fc.property(fc.array(move, { maxLength: 25 }), carrierEnd, (moves, how) => {
      const call = new StepJournal();
      for (const one of moves) {
        if (one.kind === "claim") call.claim();
        const input = one.kind === "claim" || one.kind === "wait" ? null : inputOf(call, one);
        if (input !== null) call.feed(input);
      }
      const before = call.state;
      const attemptId = liveAttempt(before)?.attemptId ?? "";
      const asked = call.feed({ kind: "cancelAsked", by: BY });
      const carrierCallId = liveCarrierCallId(before);
      // Whatever has a phone in it is ended at the carrier; what has none yet is ended as soon as it is named.
      if (before.phase !== "cancelling" && carrierCallId !== null) {
        expect(asked?.effects).toContainEqual({ kind: "endPhone", carrierCallId });
      }
      const dials = call.dials.length;
      if (how === "lostAtCarrier") call.feed({ kind: "lostAtCarrier", attemptId });
      else
        call.feed({
          kind: "carrierReported",
          attemptId,
          carrierCallId: carrierCallId ?? CARRIER,
          status: how,
        });
      call.feed({ kind: "summedUp", events: [], outcome: null });
      expect(isFinal(statusOf(call.state))).toBe(true);
      expect(call.dials).toHaveLength(dials);
      const wasOver = before.phase === "wrappingUp" || before.phase === "ended";
      if (!wasOver) expect(call.view.status).toBe("cancelled");
    }),
    { numRuns: 2000 },
  );
});
