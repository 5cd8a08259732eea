import { type CallEvent, eventFor, type NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const by = {
  kind: "person",
  accountId: "acc_1",
  name: "Maria",
  role: "consumer",
} as const;
const summedUp: NewCallEvent = {
  type: "analysis.completed",
  summary: "They agreed on Monday.",
  outcome: "objective_met",
  sentiment: "positive",
  nextStep: "Come on Monday.",
  answers: [],
  evidence: [],
};
const numbered = (events: NewCallEvent[]): CallEvent[] =>
  events.map((one, index) => ({ ...one, seq: index + 1, at: "2026-11-24T15:00:00.000Z" }));

test("[CL221][CL222] the last correction is shown; after a deletion no word of a summary is, whatever was corrected before", () => {
  const word = fc.string({ minLength: 3, unit: "grapheme" });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.boolean(), (texts, deleted) => {
      const corrections = texts.map((text) => ({ type: "summary.corrected" as const, by, text }));
      const end: NewCallEvent[] = deleted ? [{ type: "summary.deleted", by }] : [];
      const view = foldCall(numbered([summedUp, ...corrections, ...end]));
      if (deleted) {
        expect(view).toMatchObject({ summary: null, summaryBy: null, analysis: { summary: "" } });
        expect(view.analysis?.nextStep).toBe("Come on Monday.");
      } else if (texts.length === 0) {
        expect(view).toMatchObject({ summary: "They agreed on Monday.", summaryBy: "analyst" });
      } else {
        expect(view).toMatchObject({ summary: texts.at(-1), summaryBy: "consumer" });
        expect(view.analysis?.summary).toBe("They agreed on Monday.");
      }
      // Both sides fold the same.
      const events = numbered([summedUp, ...corrections, ...end]);
      expect(foldCall(events.map((event) => eventFor("consumer", event)))).toEqual(view);
    }),
  );
});
