import { TranscriptBook } from "#server/calls/live/transcript-book.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** What one side says in one go, how long after the one before it begins, and how its recognition goes. */
type Line = { by: "agent" | "consumer"; afterMs: number; words: "recognised" | "failed" };

const line = fc.record({
  by: fc.constantFrom("agent" as const, "consumer" as const),
  // Often nothing: two lines that begin in the same millisecond.
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
  words: fc.constantFrom("recognised" as const, "recognised" as const, "failed" as const),
});

const item = (itemId: string) => ({
  itemId,
  answerId: `answer ${itemId}`,
  ordinal: 1,
  sentMs: 500,
  heardMs: 500,
  complete: true,
  sound: [],
  keptChars: 0,
});

/**
 * Plays one conversation through a book. `lateness[n]`: how many lines later the words of line n arrive; the commit of a turn
 * comes that late as well when `lateCommits`.
 */
function transcriptOf(lines: readonly Line[], lateness: readonly number[], lateCommits: boolean): string[] {
  let nowMs = 0;
  const book = new TranscriptBook("call_00000001", () => nowMs);
  const events: CallEvent[] = [];
  const record = (event: NewCallEvent | null) => {
    if (event !== null) events.push({ ...event, seq: events.length + 1, at: "2026-11-24T15:00:00Z" });
  };
  const due = new Map<number, (() => void)[]>();
  const later = (index: number, by: number, task: () => void) => {
    if (by === 0) task();
    else due.set(index + by, [...(due.get(index + by) ?? []), task]);
  };
  for (const [index, { by, afterMs, words }] of lines.entries()) {
    for (const task of due.get(index) ?? []) task();
    nowMs += afterMs;
    const itemId = `item_${index}`;
    const late = lateness[index] ?? 0;
    if (by === "agent") {
      book.agentWords(itemId, `line ${index}`, true);
      book.agentDraft({ ...item(itemId), heardMs: 0 });
      later(index, late, () => record(book.agentHeard(item(itemId))));
      continue;
    }
    book.consumerStarted(itemId);
    book.consumerStopped(itemId, false);
    const previous = index === 0 ? null : `item_${index - 1}`;
    later(index, lateCommits ? late : 0, () => book.consumerCommitted(itemId, previous));
    const text = words === "recognised" ? `line ${index}` : "";
    later(index, late, () => record(book.consumerSaid(itemId, text).event));
  }
  for (let index = lines.length; index <= lines.length + 20; index++) {
    for (const task of due.get(index) ?? []) task();
  }
  return foldCall(events).transcript.map(({ text }) => text);
}

test("[CL70] whenever words arrive, one conversation has one transcript, in the order in which it was spoken", () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat({ max: 15 }), { minLength: 12, maxLength: 12 }),
      fc.boolean(),
      (lines, lateness, lateCommits) => {
        const spoken = lines.flatMap(({ by, words }, index) =>
          by === "agent" || words === "recognised" ? [`line ${index}`] : [],
        );
        expect(transcriptOf(lines, lateness, lateCommits)).toEqual(spoken);
      },
    ),
    { numRuns: 500 },
  );
});

test("[CL70] segments fold to the same transcript in whatever order they were stored", () => {
  const segment = fc.record({
    startMs: fc.integer({ min: 0, max: 3 }),
    order: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  });
  const pair = fc.array(segment, { maxLength: 8 }).chain((segments) => {
    const events = segments.map(({ startMs, order }, index) => ({
      type: "transcript.segment" as const,
      segmentId: `s${index}`,
      speaker: "agent" as const,
      text: `t${index}`,
      startMs,
      endMs: startMs,
      ...(order !== undefined && { order }),
    }));
    return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }));
  });
  const texts = (events: readonly NewCallEvent[]) =>
    foldCall(
      events.map((one, index) => ({ ...one, seq: index + 1, at: "2026-11-24T15:00:00Z" })),
    ).transcript.map(({ text }) => text);
  fc.assert(
    fc.property(pair, ([some, shuffled]) => {
      expect(texts(shuffled)).toEqual(texts(some));
    }),
  );
});
