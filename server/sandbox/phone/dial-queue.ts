import type { Clock, Timer } from "#server/lib/clock.ts";

/**
 * Calls waiting to be dialled: first in, first out, at most `callsPerSecond` leave. Its length is bounded by whoever
 * adds (the cap on live calls).
 */
export class DialQueue<T> {
  readonly #clock: Clock;
  readonly #callsPerSecond: () => number;
  readonly #dial: (call: T) => void;
  #waiting: T[] = [];
  #timer: Timer | null = null;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, callsPerSecond: () => number, dial: (call: T) => void) {
    this.#clock = clock;
    this.#callsPerSecond = callsPerSecond;
    this.#dial = dial;
  }

  add(call: T): void {
    this.#waiting.push(call);
    this.#schedule();
  }

  /** True when the call was still waiting; it then never leaves. */
  remove(call: T): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== call);
    return this.#waiting.length < before;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting = [];
  }

  /** Always by timer, so that a create is answered before its call is dialled. */
  #schedule(): void {
    if (this.#timer || this.#waiting.length === 0) return;
    const nextAtMs = this.#lastAtMs + 1000 / this.#callsPerSecond();
    this.#timer = this.#clock.after(Math.max(0, nextAtMs - this.#clock.monotonicMs()), () => {
      this.#timer = null;
      const call = this.#waiting.shift();
      this.#lastAtMs = this.#clock.monotonicMs();
      if (call !== undefined) this.#dial(call);
      this.#schedule();
    });
  }
}
