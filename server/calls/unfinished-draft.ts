import type { Draft } from "#shared/call/events.ts";
import { isFinal } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";

/** The check-pointed draft, if it is still one: its segment is not stored yet and the call is not over. */
export function unfinished(draft: Draft | null, view: Pick<CallView, "transcript" | "status">): Draft | null {
  if (draft === null || isFinal(view.status)) return null;
  return view.transcript.some((segment) => segment.segmentId === draft.segmentId) ? null : draft;
}
