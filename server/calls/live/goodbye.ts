import type { AudioBridge } from "#server/calls/live/audio-bridge.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";

/** A mark that never comes back must not keep the line open: the audio's own length plus this much. */
const MARK_GRACE_MS = 2000;
/** Last words that the voice model does not get out in this time are not waited for. */
const LAST_WORDS_MS = 10_000;
/** After a noise into the goodbye the voice model has this long to begin an answer. */
const AFTER_NOISE_MS = 1500;

/**
 * `stands`: nothing the consumer says changes it; otherwise their words cancel it. `words`: the last words, if they are fixed; otherwise the model says
 * them by itself.
 */
type Wish = { end: End; stands: boolean; words: string | null };

type Deps = {
  clock: Clock;
  bridge: Pick<AudioBridge, "idle" | "unheardMs">;
  /** Answers that run now. */
  running(): ReadonlySet<string>;
  consumerSpeaks(): boolean;
  /** There is a voice; without one nothing is said before `voiceBack`. */
  hasVoice(): boolean;
  say(words: string): void;
  hangUp(end: End): void;
};

/**
 * Hanging up only after the goodbye was heard, once [CL46]. The wish waits until no answer is being made and everything sent was played. A voice
 * holds it back at once; words cancel it, a noise does not [CL71].
 */
export class Goodbye {
  readonly #deps: Deps;
  #wish: Wish | null = null;
  /** Wanted after words that the agent has not begun to say. */
  #afterNext: (Wish & { notAfter: ReadonlySet<string> }) | null = null;
  /** No voice session has been asked for the last words. */
  #isUnsaid = false;
  #timer: Timer | null = null;
  #heldBack = false;
  #gone = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The call is about to end, or has been ended. */
  get pending(): boolean {
    return this.#gone || this.#current !== null;
  }

  get #current(): Wish | null {
    return this.#wish ?? this.#afterNext;
  }

  /** Nothing that anybody says changes it any more. */
  get final(): boolean {
    return this.#gone || this.#current?.stands === true;
  }

  /** The goodbye was said, or is being said, by the model. A goodbye that stands is not replaced by one that does not. */
  wanted(end: End) {
    if (this.#current?.stands === true) return;
    this.#forgetEarlierVoice();
    this.#want({ end, stands: false, words: null });
  }

  /** The next thing the agent says is the goodbye; answers that run already do not count. */
  wantedAfterNextAnswer(end: End) {
    this.#awaitNext({ end, stands: true, words: null });
  }

  /** These words, and when they were heard the end. */
  leaveWith(words: string, end: End, stands = true) {
    if (this.#gone) return;
    this.#awaitNext({ end, stands, words });
    if (this.#deps.hasVoice()) this.#deps.say(words);
    else this.#isUnsaid = true;
  }

  /** The voice session is gone, and with it the last words that it was asked for or had begun to say. */
  voiceLost() {
    const wish = this.#current;
    if (wish === null || wish.words === null) return;
    this.#awaitNext(wish);
    this.#isUnsaid = true;
  }

  /** Another one speaks now: last words are said, if there are any that were not. */
  voiceBack() {
    const wish = this.#current;
    if (this.#isUnsaid && wish !== null && wish.words !== null)
      this.leaveWith(wish.words, wish.end, wish.stands);
  }

  /** Somebody else speaks with them now: only an end that stands still comes. */
  takenOver() {
    if (this.#current?.stands !== true) this.#clear();
  }

  answerEnded(answerId: string) {
    const next = this.#afterNext;
    if (next !== null && !next.notAfter.has(answerId)) this.#want(next);
    this.check();
  }

  /** Something was heard: is it time? */
  check() {
    const wish = this.#wish;
    if (wish === null || (this.#heldBack && !wish.stands)) return;
    if (this.#deps.bridge.idle && !this.#answering) this.#go(wish.end);
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

  /** The consumer has said something. Words of a turn before the goodbye, recognised late, were answered with it. */
  interrupted() {
    if (!this.#heldBack) return;
    this.#heldBack = false;
    if (this.#current?.stands === false) this.#clear();
  }

  /** Nothing is wanted any more, whoever still asks. */
  stop() {
    this.#clear();
    this.#gone = true;
  }

  get #answering(): boolean {
    return this.#deps.running().size > 0;
  }

  #forgetEarlierVoice() {
    if (!this.#deps.consumerSpeaks()) this.#heldBack = false;
  }

  #awaitNext({ end, stands, words }: Wish) {
    this.#clear();
    if (this.#gone) return;
    this.#forgetEarlierVoice();
    this.#afterNext = { end, stands, words, notAfter: new Set(this.#deps.running()) };
    this.#wait(LAST_WORDS_MS, () => this.#go(end));
  }

  #want({ end, stands, words }: Wish) {
    this.#clear();
    if (this.#gone) return;
    this.#wish = { end, stands, words };
    this.#wait(this.#deps.bridge.unheardMs + MARK_GRACE_MS, () => this.#timeUp());
    // After the caller has handed the tool's result back: an answer that still runs then counts.
    queueMicrotask(() => this.check());
  }

  #timeUp() {
    const wish = this.#wish;
    if (wish === null || (this.#heldBack && !wish.stands)) return;
    if (this.#answering || this.#deps.bridge.unheardMs > MARK_GRACE_MS) this.#want(wish);
    else this.#go(wish.end);
  }

  #go(end: End) {
    this.stop();
    this.#deps.hangUp(end);
  }

  #wait(ms: number, then: () => void) {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(ms, then);
  }

  #clear() {
    this.#timer?.cancel();
    this.#timer = null;
    this.#wish = null;
    this.#afterNext = null;
    this.#isUnsaid = false;
  }
}
