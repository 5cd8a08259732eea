import {
  type LiveCall,
  NEW_LIVE_CALL,
  hasGap,
  receiveDraft,
  receiveEvent,
  receiveWatched,
} from "#client/wire/live-call.ts";
import type { CallEvent, Draft } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const CALL_ID = "call_00000001";
const AT = "2026-11-24T10:00:00.000Z";

type Body = (seq: number) => CallEvent;
const head = (seq: number) => ({ seq, at: AT });

const bodies: fc.Arbitrary<Body> = fc.oneof(
  fc
    .record({ startMs: fc.nat(60_000), text: fc.string({ maxLength: 12 }) })
    .map(({ startMs, text }): Body => (seq) => ({
      ...head(seq),
      type: "transcript.segment",
      segmentId: `seg${seq}`,
      speaker: seq % 2 === 0 ? "agent" : "consumer",
      text,
      startMs,
      endMs: startMs + 500,
    })),
  fc.nat(3_000).map((latencyMs): Body => (seq) => ({
    ...head(seq),
    type: "turn.measured",
    latencyMs,
    atMs: seq,
  })),
  fc.constant<Body>((seq) => ({ ...head(seq), type: "call.queued" })),
  fc.constant<Body>((seq) => ({ ...head(seq), type: "hidden" })),
  fc.constant<Body>((seq) => ({ ...head(seq), type: "attempt.ringing", attemptId: "att_00000001" })),
);

const journals = fc.array(bodies, { minLength: 1, maxLength: 25 }).map((list): CallEvent[] => [
  {
    ...head(1),
    type: "call.requested",
    callId: CALL_ID,
    businessId: "biz_00000001",
    businessName: "Acme",
    leadId: "lead_00000001",
    consumerName: "Ann",
    consumerPhone: "•••• 0123",
    objective: "Agree a visit.",
    requestedBy: { kind: "system" },
  },
  ...list.map((body, index) => body(index + 2)),
]);

/** What can happen on the wire: an event (any, in any order, again), a resync, a draft. */
type Step = { kind: "event" | "watched" | "draft"; at: number };
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step["kind"]>("event", "event", "event", "watched", "draft"),
    at: fc.nat(),
  }),
  { maxLength: 60 },
);

const draftOf = (seq: number): Draft => ({
  callId: CALL_ID,
  segmentId: `seg${seq}`,
  speaker: "agent",
  text: "so f",
});

function watchedAt(journal: CallEvent[], after: number, seq: number) {
  const events = journal.slice(after, seq);
  return { view: foldCall(journal.slice(0, seq)), events, seq, draft: null };
}

function deliver(journal: CallEvent[], call: LiveCall, step: Step): LiveCall {
  const index = step.at % journal.length;
  const event = journal[index];
  if (event === undefined) return call;
  if (step.kind === "event") return receiveEvent(call, event);
  if (step.kind === "draft") return receiveDraft(call, draftOf(index + 1));
  return receiveWatched(call, watchedAt(journal, call.view.seq, index + 1));
}

describe("a live call", () => {
  test("[UI2] converges to the fold of the journal after any delivery and one resync", () => {
    fc.assert(
      fc.property(journals, steps, (journal, happened) => {
        const before = happened.reduce((call, step) => deliver(journal, call, step), NEW_LIVE_CALL);
        const after = receiveWatched(before, watchedAt(journal, before.view.seq, journal.length));
        expect(after.view).toEqual(foldCall(journal));
        expect(hasGap(after)).toBe(false);
        expect(after.drafts).toEqual([]);
      }),
    );
  });

  test("[UI2] [UI3] never shows anything but a prefix of the journal", () => {
    fc.assert(
      fc.property(journals, steps, (journal, happened) => {
        let call = NEW_LIVE_CALL;
        for (const step of happened) {
          call = deliver(journal, call, step);
          expect(call.view).toEqual(foldCall(journal.slice(0, call.view.seq)));
          const finished = new Set(call.view.transcript.map((segment) => segment.segmentId));
          expect(call.drafts.filter((one) => finished.has(one.draft.segmentId))).toEqual([]);
        }
      }),
    );
  });

  test("[UI2] needs no resync when every event came, in whatever order and however often", () => {
    const shuffled = journals.chain((journal) =>
      fc.tuple(
        fc.constant(journal),
        fc.shuffledSubarray([...journal, ...journal], { minLength: journal.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([journal, delivery]) => {
        const call = delivery.reduce(receiveEvent, NEW_LIVE_CALL);
        expect(call.view).toEqual(foldCall(journal));
        expect(hasGap(call)).toBe(false);
      }),
    );
  });
});
