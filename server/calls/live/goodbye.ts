import type { AudioBridge } from "#server/calls/live/audio-bridge.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";

/** A mark that never comes back must not keep the line open: the audio's own length plus this much. */
const MARK_GRACE_MS = 2000;

/**
 * Hanging up only after the goodbye was heard [CL46]. The wish waits until no answer is being made and everything sent was played; the
 * consumer speaking again cancels it.
 */
export class Goodbye {
  readonly #clock: Clock;
  readonly #bridge: AudioBridge;
  readonly #answering: () => boolean;
  readonly #hangUp: (end: End) => void;
  #wish: { end: End; timer: Timer } | null = null;

  constructor(clock: Clock, bridge: AudioBridge, answering: () => boolean, hangUp: (end: End) => void) {
    this.#clock = clock;
    this.#bridge = bridge;
    this.#answering = answering;
    this.#hangUp = hangUp;
  }

  wanted(end: End) {
    this.#wish?.timer.cancel();
    const timer = this.#clock.after(this.#bridge.unheardMs + MARK_GRACE_MS, () => this.#timeUp());
    this.#wish = { end, timer };
    // After the caller has handed the tool's result back: an answer that still runs then counts.
    queueMicrotask(() => this.check());
  }

  /** Something was heard or an answer ended: is it time? */
  check() {
    if (this.#wish !== null && this.#bridge.idle && !this.#answering()) this.#go(this.#wish.end);
  }

  forget() {
    this.#wish?.timer.cancel();
    this.#wish = null;
  }

  #timeUp() {
    if (this.#wish === null) return;
    if (this.#answering() || this.#bridge.unheardMs > MARK_GRACE_MS) this.wanted(this.#wish.end);
    else this.#go(this.#wish.end);
  }

  #go(end: End) {
    this.forget();
    this.#hangUp(end);
  }
}
