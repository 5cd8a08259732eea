import type { CallEvent, Draft } from "#shared/call/events.ts";
import { applyCallEvent, foldCall } from "#shared/call/fold.ts";
import { isFinal } from "#shared/call/status.ts";
import { type CallView, EMPTY_CALL_VIEW } from "#shared/call/view.ts";
import type { ErrorCode } from "#shared/contract/errors.ts";

/** A draft and how many segments stood before it when it appeared: its finished line takes the same place. */
export type PlacedDraft = { draft: Draft; before: number };

/** Whether what is shown is what happens now. */
type CallLink =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "lost"; sinceMs: number }
  | { state: "refused"; code: ErrorCode; message: string };

/** Everything the screens of one call show. `view.seq` is 0 until the first answer. */
export type LiveCall = {
  view: CallView;
  drafts: readonly PlacedDraft[];
  /** Events that came before one that is still missing. */
  early: ReadonlyMap<number, CallEvent>;
  link: CallLink;
  /** Wall clock of the last message about this call. */
  heardAtMs: number;
};

export type WatchedCall = { view: CallView; events: readonly CallEvent[]; seq: number; draft: Draft | null };

/** More than this ahead of a gap is dropped; the resync brings it again. */
const MOST_EARLY = 500;
/** Both sides and a late recognition; the oldest is dropped. */
const MOST_DRAFTS = 6;

export const NEW_LIVE_CALL: LiveCall = {
  view: EMPTY_CALL_VIEW,
  drafts: [],
  early: new Map(),
  link: { state: "connecting" },
  heardAtMs: 0,
};

/** True while an event is missing; asking again with `after: view.seq` closes the gap. */
export const hasGap = (call: LiveCall): boolean => call.early.size > 0;

/** One event as it came from the wire: in order, twice, too early or too late. */
export function receiveEvent(call: LiveCall, event: CallEvent): LiveCall {
  if (event.seq <= call.view.seq) return call;
  if (event.seq > call.view.seq + 1) {
    if (call.early.has(event.seq) || call.early.size >= MOST_EARLY) return call;
    return { ...call, early: new Map(call.early).set(event.seq, event) };
  }
  return settle(call, applyCallEvent(call.view, event));
}

/** The answer to `call:watch`. A reply that is older than what events already brought changes nothing. */
export function receiveWatched(call: LiveCall, watched: WatchedCall): LiveCall {
  const folded =
    watched.events[0]?.seq === call.view.seq + 1 ? foldCall(watched.events, call.view) : call.view;
  const view = folded.seq >= watched.seq ? folded : watched.view;
  const placed = watched.draft === null ? [] : placeDraft(call.drafts, watched.draft, view.transcript.length);
  // Drafts from before a pause may never be finished: only the one that the server still knows stays.
  const drafts = placed.filter((one) => one.draft.segmentId === watched.draft?.segmentId);
  return settle({ ...call, drafts }, view);
}

/** The latest words of an utterance that is still spoken; ignored when its finished line is already here. */
export function receiveDraft(call: LiveCall, draft: Draft): LiveCall {
  if (isFinal(call.view.status)) return call;
  if (call.view.transcript.some((segment) => segment.segmentId === draft.segmentId)) return call;
  return { ...call, drafts: placeDraft(call.drafts, draft, call.view.transcript.length) };
}

function placeDraft(drafts: readonly PlacedDraft[], draft: Draft, before: number): PlacedDraft[] {
  const known = drafts.some((one) => one.draft.segmentId === draft.segmentId);
  if (!known) return [...drafts, { draft, before }].slice(-MOST_DRAFTS);
  return drafts.map((one) => (one.draft.segmentId === draft.segmentId ? { ...one, draft } : one));
}

/** Takes the new view, then whatever waited for exactly this, and drops the drafts that were finished. */
function settle(call: LiveCall, reached: CallView): LiveCall {
  let view = reached;
  for (let next = call.early.get(view.seq + 1); next; next = call.early.get(view.seq + 1)) {
    view = applyCallEvent(view, next);
  }
  const early = new Map([...call.early].filter(([seq]) => seq > view.seq));
  const finished = new Set(view.transcript.map((segment) => segment.segmentId));
  const drafts = isFinal(view.status) ? [] : call.drafts.filter((one) => !finished.has(one.draft.segmentId));
  return { ...call, view, early, drafts };
}
