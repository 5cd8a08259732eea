import { TimeMachine } from "#client/calls/replay/time-machine.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const by = { kind: "person", accountId: "acc_1", name: "Dana", role: "supervisor" } as const;
const happening: fc.Arbitrary<NewCallEvent> = fc.oneof(
  fc.constant<NewCallEvent>({ type: "attempt.answered", attemptId: "att_1" }),
  fc.nat(9).map((n): NewCallEvent => ({
    type: "tool.called",
    toolCallId: `t${n}`,
    name: "offer_slots",
    arguments: {},
    atMs: n,
  })),
  fc.nat(9).map((n): NewCallEvent => ({
    type: "tool.returned",
    toolCallId: `t${n}`,
    ok: true,
    result: "",
    durationMs: n,
  })),
  fc.constantFrom("agent", "person").map((holder): NewCallEvent => ({ type: "holder.changed", holder, by })),
  fc.tuple(fc.nat(5000), fc.nat(99)).map(([startMs, id]): NewCallEvent => ({
    type: "transcript.segment",
    segmentId: `s${id}`,
    speaker: "agent",
    text: "Hello.",
    startMs,
    endMs: startMs + 100,
  })),
);

/** A journal whose clocks may run back a little between two servers. */
const journal = fc
  .array(fc.tuple(happening, fc.integer({ min: -50, max: 400 })), { minLength: 1, maxLength: 300 })
  .map((all) => {
    let atMs = Date.parse("2026-11-24T15:00:00Z");
    return all.map(([event, later], index): CallEvent => {
      atMs += later;
      return { ...event, seq: index + 1, at: new Date(atMs).toISOString() } as CallEvent;
    });
  });

test("[UI64] the view at any number is the fold of the journal up to it, in whatever order it is asked", () => {
  fc.assert(
    fc.property(journal, fc.array(fc.nat(400), { minLength: 1, maxLength: 30 }), (events, asked) => {
      const machine = new TimeMachine(events);
      for (const one of asked) {
        const count = one % (events.length + 1);
        expect(machine.viewOf(count)).toEqual(foldCall(events.slice(0, count)));
      }
    }),
    { numRuns: 150 },
  );
});

test("[UI64] at a moment everything is known that happened by then, and time only adds", () => {
  fc.assert(
    fc.property(journal, fc.array(fc.nat(20_000), { minLength: 2, maxLength: 20 }), (events, moments) => {
      const machine = new TimeMachine(events);
      const start = Date.parse(events[0]?.at ?? "");
      const counts = moments.toSorted((a, b) => a - b).map((ms) => machine.countAt(start + ms));
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(machine.countAt(Infinity)).toBe(events.length);
      for (const [index, ms] of moments.toSorted((a, b) => a - b).entries()) {
        const known = events.slice(0, counts[index]);
        expect(known.every(({ at }) => Date.parse(at) <= start + ms)).toBe(true);
      }
    }),
  );
});
