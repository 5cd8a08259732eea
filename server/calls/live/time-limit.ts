import type { Clock, Timer } from "#server/lib/clock.ts";

/** How long before the end the agent hears of it, and when it says goodbye; short limits give a part of themselves. */
const WRAP_UP = { leadMs: 60_000, part: 0.6 };
const GOODBYE = { leadMs: 15_000, part: 0.35 };

type Deps = {
  clock: Clock;
  limitMs: number;
  /** Ms since the answer, across streams. */
  callMs(): number;
  /** Little time is left. */
  wrapUp(): void;
  /** Time to say goodbye. */
  goodbye(): void;
};

/**
 * The call's time limit with a polite end [CL74]: word to the agent, then a goodbye that is heard, before the carrier cuts the line. Counted from the
 * answer, so another stream of the call goes on counting.
 */
export class TimeLimit {
  readonly #deps: Deps;
  #timer: Timer | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The stream is here, and the instant of the answer is known. */
  start() {
    const goodbyeAtMs = this.#at(GOODBYE);
    this.#after(this.#at(WRAP_UP), () => {
      this.#after(goodbyeAtMs, this.#deps.goodbye);
      // Another stream may begin when there is only time for the goodbye.
      if (this.#deps.callMs() < goodbyeAtMs) this.#deps.wrapUp();
    });
  }

  stop() {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #at({ leadMs, part }: { leadMs: number; part: number }): number {
    const { limitMs } = this.#deps;
    return limitMs - Math.min(leadMs, limitMs * part);
  }

  #after(atMs: number, task: () => void) {
    const { clock, callMs } = this.#deps;
    this.#timer?.cancel();
    this.#timer = clock.after(Math.max(0, atMs - callMs()), task);
  }
}
