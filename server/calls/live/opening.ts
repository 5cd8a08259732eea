import type { Clock, Timer } from "#server/lib/clock.ts";

/** Whoever picks up says hello; the agent does not talk into it. Nobody speaks for this long: the agent begins. */
const HELLO_WAIT_MS = 800;
/** Somebody who goes on speaking is not waited for longer than this. */
const HELLO_MAX_MS = 3000;
/** How long into the opening a consumer's word counts as an interjection that wants an answer. */
const INTERJECTION_MS = 1500;
const MAX_TRIES = 3;

/** One try: the answer that carries the opening, and how far it came. */
type Try = { answerId: string; itemId: string; startedMs: number; completed: boolean; played: boolean };

/** The fixed opening of one call: said once, word for word, and heard to its end before anything else may happen [CL41]. */
export class Opening {
  readonly #clock: Clock;
  readonly #say: () => void;
  #tries = 0;
  #waiting: Timer | null = null;
  #consumerSpeaks = false;
  #try: Try | null = null;
  #heard: boolean;
  #abandoned = false;
  #spokenInto = false;
  /** The one who is to hear it is not on the phone yet. */
  #paused = false;

  /** `heard`: an earlier stream of this call has already said it. */
  constructor(clock: Clock, heard: boolean, say: () => void) {
    this.#clock = clock;
    this.#heard = heard;
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
    this.#paused = false;
    if (this.#heard || this.#abandoned) return;
    if (this.#tries > 0) return this.#beginAnew();
    const patienceMs = this.#consumerSpeaks ? HELLO_MAX_MS : HELLO_WAIT_MS;
    this.stop();
    this.#waiting = this.#clock.after(patienceMs, () => this.#speak());
  }

  /** The first thing the agent says is the opening: nothing else may be said before it was heard. */
  sounded({ answerId, itemId }: { answerId: string; itemId: string }, callMs: number) {
    if (this.#heard || this.#abandoned || this.#paused || this.#try !== null) return;
    this.#try = { answerId, itemId, startedMs: callMs, completed: false, played: false };
  }

  consumerStarted(callMs: number) {
    this.#consumerSpeaks = true;
    if (this.#try !== null && callMs - this.#try.startedMs > INTERJECTION_MS) this.#spokenInto = true;
    if (this.#waiting === null) return;
    this.#waiting.cancel();
    this.#waiting = this.#clock.after(HELLO_MAX_MS, () => this.#speak());
  }

  consumerStopped() {
    this.#consumerSpeaks = false;
    if (this.#waiting !== null) this.#speak();
  }

  /** True exactly once: when the whole opening was delivered and heard to its end. */
  itemHeard(itemId: string): boolean {
    if (this.#try?.itemId === itemId) this.#try.played = true;
    return this.#becameHeard();
  }

  /**
   * An answer of the model is over. `heard`: with that the opening was heard. `failed`: it was to carry the opening, and did not; what came
   * of it must not count.
   */
  answerEnded(answerId: string, end: string): "heard" | "failed" | "nothing" {
    if (this.#heard || this.#abandoned || this.#tries === 0) return "nothing";
    if (this.#try !== null && this.#try.answerId !== answerId) return "nothing";
    if (end !== "completed") {
      this.#try = null;
      return "failed";
    }
    if (this.#try !== null) this.#try.completed = true;
    return this.#becameHeard() ? "heard" : "nothing";
  }

  /** What was said of it can't be proven. True when that matters: it was not heard before. */
  unproven(): boolean {
    if (this.#heard || this.#abandoned || this.#try === null) return false;
    this.#try = null;
    return true;
  }

  /** False when it was tried often enough. */
  repeat(): boolean {
    if (this.#tries >= MAX_TRIES) return false;
    this.#speak();
    return true;
  }

  /** Another person comes to the phone, who has not heard it: it waits for `begin` [CL95]. */
  waitForAnother() {
    this.stop();
    this.#paused = true;
    this.#abandoned = false;
    this.#heard = false;
    this.#tries = 0;
    this.#try = null;
    this.#spokenInto = false;
  }

  /** The consumer opted out before it was over: it is not said any more, and was not heard. */
  abandon() {
    this.#abandoned = true;
    this.stop();
  }

  stop() {
    this.#waiting?.cancel();
    this.#waiting = null;
  }

  #becameHeard(): boolean {
    if (this.#heard || this.#abandoned || this.#try?.played !== true || !this.#try.completed) return false;
    this.#heard = true;
    return true;
  }

  /** The voice session that carried the last try is gone, and with it whatever came of it. */
  #beginAnew() {
    this.#try = null;
    this.#speak();
  }

  #speak() {
    this.stop();
    this.#tries += 1;
    this.#say();
  }
}
