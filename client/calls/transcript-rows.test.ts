import { heardParts, transcriptRows } from "#client/calls/transcript-rows.ts";
import type { PlacedDraft } from "#client/wire/live-call.ts";
import type { Segment } from "#shared/call/events.ts";
import { describe, expect, test } from "vitest";

const segment = (segmentId: string, more: Partial<Segment> = {}): Segment => ({
  segmentId,
  speaker: "agent",
  text: "I can offer Wednesday",
  startMs: 0,
  endMs: 900,
  ...more,
});
const draft = (segmentId: string, before: number): PlacedDraft => ({
  draft: { callId: "call_00000001", segmentId, speaker: "consumer", text: "No" },
  before,
});

describe("the rows of a transcript", () => {
  test("[UI3] a draft stands where it began, also when a later line was finished first", () => {
    const rows = transcriptRows([segment("a"), segment("c")], [draft("b", 1), draft("d", 2)]);
    expect(rows.map((row) => `${row.kind} ${row.key}`)).toEqual([
      "segment a",
      "draft b",
      "segment c",
      "draft d",
    ]);
  });

  test("[UI3] drafts that began together keep their order", () => {
    const rows = transcriptRows([segment("a")], [draft("b", 1), draft("c", 1)]);
    expect(rows.map((row) => row.key)).toEqual(["a", "b", "c"]);
  });

  test("an interrupted line is split at what was heard", () => {
    expect(heardParts(segment("a", { interrupted: true, heardText: "I can offer" }))).toEqual({
      heard: "I can offer",
      cut: " Wednesday",
    });
    expect(heardParts(segment("a", { interrupted: true, heardText: "i can  offer" }))).toEqual({
      heard: "i can  offer",
      cut: " Wednesday",
    });
    expect(heardParts(segment("a", { interrupted: true, heardText: "" }))).toEqual({
      heard: "",
      cut: "I can offer Wednesday",
    });
  });
});
