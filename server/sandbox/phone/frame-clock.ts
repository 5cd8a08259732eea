import type { Clock, Timer } from "#server/lib/clock.ts";
import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";

/** After a stall longer than this the missed frames are skipped instead of caught up with. */
const MAX_CATCH_UP_FRAMES = 50;

/**
 * The heartbeat of all audio: every listener is called once per 20 ms. Each beat is due at start + n × 20 ms, so
 * late timers do not add up; after a stall the missed beats follow in a burst (up to a second of them).
 */
export class FrameClock {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #timer: Timer | null = null;
  #startedAtMs = 0;
  #beats = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `listener` on every beat until the returned function is called. A listener must not throw. */
  onBeat(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#timer) {
      this.#startedAtMs = this.#clock.monotonicMs();
      this.#beats = 0;
      this.#schedule();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#timer?.cancel();
      this.#timer = null;
    };
  }

  #schedule(): void {
    const dueAtMs = this.#startedAtMs + (this.#beats + 1) * MULAW_FRAME_MS;
    this.#timer = this.#clock.after(Math.max(0, dueAtMs - this.#clock.monotonicMs()), () => this.#run());
  }

  #run(): void {
    const timer = this.#timer;
    const elapsedMs = this.#clock.monotonicMs() - this.#startedAtMs;
    // Half a beat of tolerance: timers may fire a fraction of a millisecond early.
    const due = Math.floor((elapsedMs + MULAW_FRAME_MS / 2) / MULAW_FRAME_MS);
    const missed = Math.min(MAX_CATCH_UP_FRAMES, due - this.#beats);
    this.#beats = due;
    for (let beat = 0; beat < missed && this.#timer === timer; beat++) {
      for (const listener of this.#listeners) listener();
    }
    // A different timer means that the last listener left, and perhaps that a new one has started over.
    if (this.#timer === timer) this.#schedule();
  }
}
