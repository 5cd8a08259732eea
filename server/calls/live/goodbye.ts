import type { AudioBridge } from "#server/calls/live/audio-bridge.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";

/** A mark that never comes back must not keep the line open: the audio's own length plus this much. */
const MARK_GRACE_MS = 2000;
/** Last words that the voice model does not get out in this time are not waited for. */
const LAST_WORDS_MS = 10_000;

type Wish = { end: End; timer: Timer; stands: boolean };

/**
 * Hanging up only after the goodbye was heard [CL46]. The wish waits until no answer is being made and everything sent was played; the
 * consumer speaking again cancels it, unless they were the one who asked for the end.
 */
export class Goodbye {
  readonly #clock: Clock;
  readonly #bridge: AudioBridge;
  readonly #answering: () => boolean;
  readonly #hangUp: (end: End) => void;
  #wish: Wish | null = null;
  /** Wanted after words that the agent has not begun to say. */
  #afterNext: (Wish & { notAfter: ReadonlySet<string> }) | null = null;

  constructor(clock: Clock, bridge: AudioBridge, answering: () => boolean, hangUp: (end: End) => void) {
    this.#clock = clock;
    this.#bridge = bridge;
    this.#answering = answering;
    this.#hangUp = hangUp;
  }

  /** The goodbye was said, or is being said. */
  wanted(end: End, stands = false) {
    this.#clear();
    const timer = this.#clock.after(this.#bridge.unheardMs + MARK_GRACE_MS, () => this.#timeUp());
    this.#wish = { end, timer, stands };
    // After the caller has handed the tool's result back: an answer that still runs then counts.
    queueMicrotask(() => this.check());
  }

  /** The goodbye is the next thing the agent says; answers that run already do not count. Nothing the consumer says changes that. */
  wantedAfterNextAnswer(end: End, running: Iterable<string>) {
    this.#clear();
    const timer = this.#clock.after(LAST_WORDS_MS, () => this.#go(end));
    this.#afterNext = { end, timer, stands: true, notAfter: new Set(running) };
  }

  answerEnded(answerId: string) {
    const next = this.#afterNext;
    if (next !== null && !next.notAfter.has(answerId)) this.wanted(next.end, true);
    this.check();
  }

  /** Something was heard: is it time? */
  check() {
    if (this.#wish !== null && this.#bridge.idle && !this.#answering()) this.#go(this.#wish.end);
  }

  /** The consumer speaks again. */
  interrupted() {
    if (this.#wish?.stands === false) this.#clear();
  }

  stop() {
    this.#clear();
  }

  #timeUp() {
    if (this.#wish === null) return;
    const { end, stands } = this.#wish;
    if (this.#answering() || this.#bridge.unheardMs > MARK_GRACE_MS) this.wanted(end, stands);
    else this.#go(end);
  }

  #go(end: End) {
    this.#clear();
    this.#hangUp(end);
  }

  #clear() {
    this.#wish?.timer.cancel();
    this.#afterNext?.timer.cancel();
    this.#wish = null;
    this.#afterNext = null;
  }
}
