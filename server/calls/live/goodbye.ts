import type { AudioBridge } from "#server/calls/live/audio-bridge.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";

/** A mark that never comes back must not keep the line open: the audio's own length plus this much. */
const MARK_GRACE_MS = 2000;
/** Last words that the voice model does not get out in this time are not waited for. */
const LAST_WORDS_MS = 10_000;
/** After a noise into the goodbye the voice model has this long to begin an answer. */
const AFTER_NOISE_MS = 1500;

/** `stands`: nothing the consumer says changes it; otherwise their words cancel it. */
type Wish = { end: End; stands: boolean };

/**
 * Hanging up only after the goodbye was heard, once [CL46]. The wish waits until no answer is being made and everything sent was played. A voice
 * holds it back at once; words cancel it, a noise does not [CL71].
 */
export class Goodbye {
  readonly #clock: Clock;
  readonly #bridge: Pick<AudioBridge, "idle" | "unheardMs">;
  readonly #answering: () => boolean;
  readonly #hangUp: (end: End) => void;
  readonly #consumerSpeaks: () => boolean;
  #wish: Wish | null = null;
  /** Wanted after words that the agent has not begun to say. */
  #afterNext: (Wish & { notAfter: ReadonlySet<string> }) | null = null;
  #timer: Timer | null = null;
  #heldBack = false;
  #gone = false;

  constructor(deps: {
    clock: Clock;
    bridge: Pick<AudioBridge, "idle" | "unheardMs">;
    answering(): boolean;
    consumerSpeaks(): boolean;
    hangUp(end: End): void;
  }) {
    this.#clock = deps.clock;
    this.#bridge = deps.bridge;
    this.#answering = deps.answering;
    this.#consumerSpeaks = deps.consumerSpeaks;
    this.#hangUp = deps.hangUp;
  }

  /** The call is about to end, or has been ended. */
  get pending(): boolean {
    return this.#gone || this.#wish !== null || this.#afterNext !== null;
  }

  /** The goodbye was said, or is being said. */
  wanted(end: End, stands = false) {
    // A voice of an earlier turn: it was answered with this goodbye.
    if (!this.#consumerSpeaks()) this.#heldBack = false;
    this.#want(end, stands);
  }

  #want(end: End, stands: boolean) {
    this.#clear();
    if (this.#gone) return;
    this.#wish = { end, stands };
    this.#wait(this.#bridge.unheardMs + MARK_GRACE_MS, () => this.#timeUp());
    // After the caller has handed the tool's result back: an answer that still runs then counts.
    queueMicrotask(() => this.check());
  }

  /** The goodbye is the next thing the agent says; answers that run already do not count. */
  wantedAfterNextAnswer(end: End, running: Iterable<string>, stands = true) {
    this.#clear();
    if (this.#gone) return;
    this.#afterNext = { end, stands, notAfter: new Set(running) };
    this.#wait(LAST_WORDS_MS, () => this.#go(end));
  }

  answerEnded(answerId: string) {
    const next = this.#afterNext;
    if (next !== null && !next.notAfter.has(answerId)) this.#want(next.end, next.stands);
    this.check();
  }

  /** Something was heard: is it time? */
  check() {
    const wish = this.#wish;
    if (wish === null || (this.#heldBack && !wish.stands)) return;
    if (this.#bridge.idle && !this.#answering()) this.#go(wish.end);
  }

  /** A voice, or a noise: nobody knows yet. */
  holdBack() {
    this.#heldBack = true;
  }

  /** It was a noise. */
  resume() {
    if (!this.#heldBack) return;
    this.#heldBack = false;
    if (this.#wish !== null) this.#wait(AFTER_NOISE_MS, () => this.#timeUp());
  }

  /** The consumer has said something. */
  interrupted() {
    this.#heldBack = false;
    if (this.#wish?.stands === false || this.#afterNext?.stands === false) this.#clear();
  }

  stop() {
    this.#clear();
  }

  #timeUp() {
    if (this.#wish === null) return;
    const { end, stands } = this.#wish;
    if (this.#heldBack && !stands) return;
    if (this.#answering() || this.#bridge.unheardMs > MARK_GRACE_MS) this.#want(end, stands);
    else this.#go(end);
  }

  #go(end: End) {
    this.#clear();
    this.#gone = true;
    this.#hangUp(end);
  }

  #wait(ms: number, then: () => void) {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, then);
  }

  #clear() {
    this.#timer?.cancel();
    this.#timer = null;
    this.#wish = null;
    this.#afterNext = null;
  }
}
