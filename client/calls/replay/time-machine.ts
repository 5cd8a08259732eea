import type { CallEvent } from "#shared/call/events.ts";
import { applyCallEvent } from "#shared/call/fold.ts";
import { type CallView, EMPTY_CALL_VIEW } from "#shared/call/view.ts";

/** Views kept, so that a jump back folds at most this many events anew. */
const KEPT_EVERY = 64;

/** A call as it was at any moment: the fold of its journal up to there [UI64]. Events come in `seq` order, from the first. */
export class TimeMachine {
  readonly #events: readonly CallEvent[];
  /** `#kept[n]` is the fold of the first `n * KEPT_EVERY` events. */
  readonly #kept: CallView[] = [EMPTY_CALL_VIEW];
  /** When each event was known, ms since the epoch; never falls, whatever the clocks of several servers say. */
  readonly #knownAt: readonly number[];
  #last = { count: 0, view: EMPTY_CALL_VIEW };

  constructor(events: readonly CallEvent[]) {
    this.#events = events;
    let latest = 0;
    this.#knownAt = events.map(({ at }) => (latest = Math.max(latest, Date.parse(at))));
  }

  /** How many events were known at this instant. */
  countAt(epochMs: number): number {
    let [low, high] = [0, this.#knownAt.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#knownAt[middle] ?? Infinity) <= epochMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The fold of the first `count` events. The same count gives the same object. */
  viewOf(count: number): CallView {
    if (count === this.#last.count) return this.#last.view;
    const near = Math.min(Math.floor(count / KEPT_EVERY), this.#kept.length - 1);
    const goOn = this.#last.count < count && this.#last.count > near * KEPT_EVERY;
    let [view, folded] = goOn
      ? [this.#last.view, this.#last.count]
      : [this.#kept[near] ?? EMPTY_CALL_VIEW, near * KEPT_EVERY];
    for (const event of this.#events.slice(folded, count)) {
      view = applyCallEvent(view, event);
      folded += 1;
      if (folded % KEPT_EVERY === 0) this.#kept[folded / KEPT_EVERY] ??= view;
    }
    this.#last = { count, view };
    return view;
  }
}
