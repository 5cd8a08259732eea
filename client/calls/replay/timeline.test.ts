import { neighbour, timelineOf } from "#client/calls/replay/timeline.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { expect, test } from "vitest";

const START = Date.parse("2026-11-24T15:00:00Z");
const journal = (rows: [number, NewCallEvent][]): CallEvent[] =>
  rows.map(
    ([ms, event], index) =>
      ({ ...event, seq: index + 1, at: new Date(START + ms).toISOString() }) as CallEvent,
  );
const attemptId = "att_1";
const by = { kind: "person", accountId: "acc_1", name: "Dana", role: "supervisor" } as const;

test("[UI67] the time line is the talk: from the answer to its end, with marks where something happened", () => {
  const timeline = timelineOf(
    journal([
      [0, { type: "attempt.dialing", attemptId, attemptNumber: 1 }],
      [5000, { type: "attempt.answered", attemptId }],
      [9000, { type: "opening.heard", atMs: 4000 }],
      [12_000, { type: "tool.called", toolCallId: "t", name: "offer_slots", arguments: {}, atMs: 7000 }],
      [13_000, { type: "tool.returned", toolCallId: "t", ok: false, result: "", durationMs: 1000 }],
      [15_000, { type: "holder.changed", holder: "person", by }],
      [20_000, { type: "stream.lost", attemptId, epoch: 1, atMs: 15_000 }],
      [25_000, { type: "attempt.ended", attemptId, ended: "completed" }],
      [40_000, { type: "call.ended", status: "completed", reason: "goodbye_said" }],
    ]),
  );
  expect([timeline.originMs - START, timeline.endMs]).toEqual([5000, 20_000]);
  expect(timeline.marks.map(({ atMs, kind }) => [atMs, kind])).toEqual([
    [7000, "tool"],
    [8000, "error"],
    [10_000, "person"],
    [15_000, "error"],
  ]);
  expect(timeline.marks[2]?.text).toBe("Dana has the call");
  expect(timeline.chapters).toEqual([
    { atMs: 0, name: "Opening" },
    { atMs: 4000, name: "Conversation" },
  ]);
});

test("[UI67] a call that nobody picked up is replayed from its first dial", () => {
  const { originMs, endMs, chapters } = timelineOf(
    journal([
      [0, { type: "call.queued" }],
      [1000, { type: "attempt.dialing", attemptId, attemptNumber: 1 }],
      [2000, { type: "attempt.ringing", attemptId }],
      [26_000, { type: "attempt.ended", attemptId, ended: "no_answer" }],
    ]),
  );
  expect([originMs - START, endMs, chapters]).toEqual([1000, 25_000, []]);
});

test("[UI67] words that were still recognised when the phone was put down lie inside", () => {
  const segment = { segmentId: "s", speaker: "consumer", text: "Bye.", startMs: 900, endMs: 2500 } as const;
  const { endMs } = timelineOf(
    journal([
      [0, { type: "attempt.answered", attemptId }],
      [2000, { type: "attempt.ended", attemptId, ended: "completed" }],
      [2600, { type: "transcript.segment", ...segment }],
    ]),
  );
  expect(endMs).toBe(2500);
});

test("[UI67] the keys go from mark to mark, and not to the one that is here", () => {
  const marks = [1000, 5000, 9000].map((atMs) => ({ atMs, kind: "tool" as const, text: "" }));
  expect(neighbour(marks, 1200, 1)?.atMs).toBe(5000);
  expect(neighbour(marks, 4900, -1)?.atMs).toBe(1000);
  expect(neighbour(marks, 5200, -1)?.atMs).toBe(1000);
  expect(neighbour(marks, 9000, 1)).toBeUndefined();
});

test("[UI70] a call that goes on is looked back on up to its newest event, whatever an earlier attempt came to", () => {
  const { originMs, endMs } = timelineOf(
    journal([
      [0, { type: "attempt.dialing", attemptId: "att_0", attemptNumber: 1 }],
      [9000, { type: "attempt.ended", attemptId: "att_0", ended: "no_answer" }],
      [70_000, { type: "attempt.dialing", attemptId, attemptNumber: 2 }],
      [75_000, { type: "attempt.answered", attemptId }],
      [80_000, { type: "opening.heard", atMs: 5000 }],
    ]),
  );
  expect([originMs - START, endMs]).toEqual([75_000, 5000]);
});
