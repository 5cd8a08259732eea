import type { PlacedDraft } from "#client/wire/live-call.ts";
import type { Draft, Segment } from "#shared/call/events.ts";

/** A line of the transcript: finished, or still being spoken. Both have the same key, so the one replaces the other in place. */
export type TranscriptRow =
  | { kind: "segment"; key: string; segment: Segment }
  | { kind: "draft"; key: string; draft: Draft };

export function transcriptRows(
  transcript: readonly Segment[],
  drafts: readonly PlacedDraft[],
): TranscriptRow[] {
  const rows: TranscriptRow[] = transcript.map((segment) => ({
    kind: "segment",
    key: segment.segmentId,
    segment,
  }));
  const latestFirst = drafts.toReversed().toSorted((one, other) => other.before - one.before);
  for (const { draft, before } of latestFirst) {
    rows.splice(Math.min(before, transcript.length), 0, { kind: "draft", key: draft.segmentId, draft });
  }
  return rows;
}

/** An interrupted line: what was heard, and the rest that was cut off. */
export function heardParts(segment: Segment): { heard: string; cut: string } {
  const { text, heardText } = segment;
  if (heardText === undefined) return { heard: text, cut: "" };
  if (text.startsWith(heardText)) return { heard: heardText, cut: text.slice(heardText.length) };
  return { heard: heardText, cut: afterWords(text, heardText) };
}

/** The two texts may differ in spacing or case: as many words as were heard count as said. */
function afterWords(text: string, heardText: string): string {
  const words = (value: string) => value.trim().split(/\s+/).filter(Boolean);
  const rest = words(text).slice(words(heardText).length).join(" ");
  return rest === "" ? "" : ` ${rest}`;
}
