import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { CallEvent } from "#shared/call/events.ts";

/** A message between servers that was lost shows up to this late. */
const LOOK_MS = 2000;

export type CatchUpDeps = {
  queries: Pick<CallQueries, "seqsOf">;
  store: Pick<CallStore, "events">;
  clock: Clock;
  logger: Logger;
  /** The calls that somebody on this server watches now. */
  watched(): string[];
  show(callId: string, event: CallEvent): void;
};

/**
 * What another server stored and could not tell us of. A watcher notices a hole in the numbers by itself, but not that the newest event is
 * missing, and that one may be the end of the call; so the numbers of all watched calls are read now and then, in one question.
 */
export class CatchUp {
  readonly #deps: CatchUpDeps;
  readonly #timer: Timer;
  /** Up to which number the watchers of a call here were told everything. */
  readonly #shown = new Map<string, number>();
  #isLooking = false;

  constructor(deps: CatchUpDeps) {
    this.#deps = deps;
    this.#timer = deps.clock.every(LOOK_MS, () => void this.#look());
  }

  stop() {
    this.#timer.cancel();
  }

  /** Somebody begins to watch and has everything up to `seq`. Those who watch already may have less. */
  begins(callId: string, seq: number) {
    if (!this.#shown.has(callId)) this.#shown.set(callId, seq);
  }

  /** An event was shown. One that leaves a hole before it does not count: the look will show both. */
  shown(callId: string, seq: number) {
    if (this.#shown.get(callId) === seq - 1) this.#shown.set(callId, seq);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const watched = new Set(this.#deps.watched());
      for (const callId of this.#shown.keys()) if (!watched.has(callId)) this.#shown.delete(callId);
      if (this.#shown.size === 0) return;
      const stored = await this.#deps.queries.seqsOf([...this.#shown.keys()]);
      for (const { callId, seq } of stored) {
        const after = this.#shown.get(callId);
        if (after !== undefined && after < seq) await this.#showAfter(callId, after);
      }
    } catch (error) {
      this.#deps.logger.warn(errorFields(error), "watched calls could not be compared; it is tried again");
    } finally {
      this.#isLooking = false;
    }
  }

  async #showAfter(callId: string, after: number): Promise<void> {
    const journal = await this.#deps.store.events(callId, after);
    for (const event of journal?.events ?? []) this.#deps.show(callId, event);
  }
}
