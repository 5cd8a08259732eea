import type { CallFeed } from "#server/calls/call-feed.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Draft } from "#shared/call/events.ts";

/** Drafts reach watchers at most this often per call, and the call document at most every `CHECKPOINT_MS` (DESIGN §4). */
const SHOW_MS = 120;
const CHECKPOINT_MS = 500;

/** The words being spoken: shown to watchers, check-pointed for whoever takes the call over after a crash. */
export class DraftBoard {
  readonly #deps: {
    callId: string;
    store: Pick<CallStore, "checkpointDraft">;
    feed: CallFeed;
    clock: Clock;
    logger: Logger;
  };
  readonly #latest = new Map<string, Draft>();
  /** The text of each open segment that was shown last: proofs that more was heard come faster than words. */
  readonly #shown = new Map<string, string>();
  #epoch: number | null = null;
  #showing: Timer | null = null;
  #lastCheckpointAtMs = 0;
  #closed = false;

  constructor(deps: {
    callId: string;
    store: Pick<CallStore, "checkpointDraft">;
    feed: CallFeed;
    clock: Clock;
    logger: Logger;
  }) {
    this.#deps = deps;
  }

  own(epoch: number) {
    this.#epoch = epoch;
  }

  show(draft: Draft) {
    if (this.#closed || draft.text === "" || draft.text === this.#shown.get(draft.segmentId)) return;
    this.#shown.set(draft.segmentId, draft.text);
    this.#latest.set(draft.segmentId, draft);
    this.#showing ??= this.#deps.clock.after(SHOW_MS, () => this.#publish());
  }

  /** The segment is stored (or dropped): its draft must not come after it. */
  finish(segmentId: string) {
    this.#latest.delete(segmentId);
    this.#shown.delete(segmentId);
  }

  close() {
    this.#closed = true;
    this.#showing?.cancel();
    this.#latest.clear();
    this.#shown.clear();
  }

  #publish() {
    this.#showing = null;
    for (const draft of this.#latest.values()) this.#deps.feed.draft(draft);
    const newest = [...this.#latest.values()].at(-1);
    this.#latest.clear();
    const now = this.#deps.clock.monotonicMs();
    if (newest === undefined || this.#epoch === null || now - this.#lastCheckpointAtMs < CHECKPOINT_MS)
      return;
    this.#lastCheckpointAtMs = now;
    const { store, callId, logger } = this.#deps;
    store.checkpointDraft(callId, this.#epoch, newest).catch((error: unknown) => {
      logger.warn({ callId, ...errorFields(error) }, "draft checkpoint failed");
    });
  }
}
