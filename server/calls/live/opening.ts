import type { Clock, Timer } from "#server/lib/clock.ts";

/** Whoever picks up says hello; the agent does not talk into it. Nobody speaks for this long: the agent begins. */
const HELLO_WAIT_MS = 800;
/** Somebody who goes on speaking is not waited for longer than this. */
const HELLO_MAX_MS = 3000;
/** How long into the opening a consumer's word counts as an interjection that wants an answer. */
const INTERJECTION_MS = 1500;
const MAX_TRIES = 3;

/** The fixed opening of one call: said once, word for word, and heard to its end before anything else may happen [CL41]. */
export class Opening {
  readonly #clock: Clock;
  readonly #say: () => void;
  #tries = 0;
  #waiting: Timer | null = null;
  #consumerSpeaks = false;
  #itemId: string | null = null;
  #startedMs: number | null = null;
  #heard = false;
  #spokenInto = false;

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock;
    this.#say = say;
  }

  get heard(): boolean {
    return this.#heard;
  }

  /** The consumer said something while the opening played. */
  get spokenInto(): boolean {
    return this.#spokenInto;
  }

  /** Both sides are connected: begin, after the hello of the one who picked up. */
  begin() {
    if (this.#tries > 0) return this.#speak();
    const patienceMs = this.#consumerSpeaks ? HELLO_MAX_MS : HELLO_WAIT_MS;
    this.#waiting = this.#clock.after(patienceMs, () => this.#speak());
  }

  /** The first thing the agent says is the opening: nothing else may be said before it was heard. */
  itemStarted(itemId: string, callMs: number) {
    if (this.#heard || this.#itemId === itemId) return;
    this.#itemId = itemId;
    this.#startedMs = callMs;
  }

  consumerStarted(callMs: number) {
    this.#consumerSpeaks = true;
    if (this.#startedMs !== null && callMs - this.#startedMs > INTERJECTION_MS) this.#spokenInto = true;
    if (this.#waiting === null) return;
    this.#waiting.cancel();
    this.#waiting = this.#clock.after(HELLO_MAX_MS, () => this.#speak());
  }

  consumerStopped() {
    this.#consumerSpeaks = false;
    if (this.#waiting !== null) this.#speak();
  }

  /** True exactly once: when the opening was heard to its end. */
  itemHeard(itemId: string): boolean {
    if (this.#heard || itemId !== this.#itemId) return false;
    this.#heard = true;
    return true;
  }

  /** The answer that should have carried the opening came to nothing. */
  failed(end: string): boolean {
    return !this.#heard && this.#itemId === null && end !== "completed";
  }

  /** False when it was tried often enough. */
  repeat(): boolean {
    if (this.#tries >= MAX_TRIES) return false;
    this.#speak();
    return true;
  }

  stop() {
    this.#waiting?.cancel();
    this.#waiting = null;
  }

  #speak() {
    this.stop();
    this.#tries += 1;
    this.#say();
  }
}
