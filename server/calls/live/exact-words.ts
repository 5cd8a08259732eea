import type { Steer, SteersDeps } from "#server/calls/live/steers.ts";
import type { VoiceListener } from "#server/voice/voice.ts";

const MAX_TRIES = 3;
/** A voice writes down what it said in its own spelling: this share of the ordered words must be there, in their order. */
const ENOUGH_WORDS = 0.8;

type Deps = Omit<SteersDeps, "clock" | "callMs" | "record" | "atRest"> & { used(steerId: string): void };

type Saying = {
  steer: Steer;
  tries: number;
  isRequested: boolean;
  answerId: string | null;
  sounds: boolean;
  heardText: string | null;
  isComplete: boolean;
  /** The consumer spoke while they sounded, and nothing answered that. */
  spokenInto: boolean;
};

/**
 * Words that the agent says next, to the letter [CL342]: after what is being said now, never into a sentence of the consumer, and like the opening
 * nobody can cut them. They count when they were heard to their end.
 */
export class ExactWords {
  readonly #deps: Deps;
  readonly #queue: Steer[] = [];
  #saying: Saying | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get sounds(): boolean {
    return this.#saying?.sounds === true;
  }

  get busy(): boolean {
    return this.#saying !== null;
  }

  add(steer: Steer) {
    this.#queue.push(steer);
  }

  /** Called while the agent may act. */
  check() {
    if (this.#saying !== null) return;
    const steer = this.#queue.shift();
    if (steer === undefined) return;
    this.#saying = newSaying(steer);
    // From now on the model answers nothing by itself: the next words are these.
    this.#deps.voice().closeFloor();
    if (!this.#deps.consumerSpeaks()) this.#request(this.#saying);
  }

  answerStarted({ answerId, ref }: Parameters<VoiceListener["answerStarted"]>[0]) {
    if (this.#saying !== null && ref === this.#saying.steer.steerId) this.#saying.answerId = answerId;
  }

  sounded(answerId: string) {
    if (this.#saying?.answerId === answerId) this.#saying.sounds = true;
  }

  heard(answerId: string, text: string) {
    if (this.#saying?.answerId !== answerId) return;
    this.#saying.heardText = `${this.#saying.heardText ?? ""} ${text}`;
    this.#settle(this.#saying);
  }

  answerEnded({ answerId, end, reason }: Parameters<VoiceListener["answerEnded"]>[0]) {
    const saying = this.#saying;
    if (saying?.answerId !== answerId) return;
    if (end === "completed") {
      saying.isComplete = true;
      return this.#settle(saying);
    }
    saying.answerId = null;
    saying.sounds = false;
    saying.heardText = null;
    if (reason === "retried") return;
    // Half of the words are not the words.
    this.#deps.silence();
    if (saying.tries < MAX_TRIES && this.#deps.mayAct()) this.#request(saying);
    else this.giveUp();
  }

  consumerStarted() {
    const saying = this.#saying;
    if (saying === null) return;
    saying.spokenInto ||= saying.sounds;
    // What ran before the words may be cut as ever: with a closed floor the service does not stop it by itself.
    if (saying.sounds) return;
    for (const answerId of this.#deps.running())
      if (answerId !== saying.answerId) this.#deps.voice().cancelAnswer(answerId);
  }

  consumerStopped(isNoise: boolean) {
    const saying = this.#saying;
    if (saying === null) return;
    if (isNoise) saying.spokenInto = false;
    if (!saying.isRequested) this.#request(saying);
  }

  /** They are said anew by the next session. */
  voiceLost() {
    if (this.#saying !== null) this.#queue.unshift(this.#saying.steer);
    this.#saying = null;
  }

  /** They can't be said, or not be proven: the talk goes on without. */
  giveUp() {
    if (this.#saying !== null) this.#finish(this.#saying);
  }

  #request(saying: Saying) {
    saying.isRequested = true;
    saying.tries += 1;
    this.#deps.voice().say(saying.steer.text, saying.steer.steerId);
  }

  #settle(saying: Saying) {
    if (!saying.isComplete || saying.heardText === null) return;
    if (isSaid(saying.steer.text, saying.heardText)) this.#deps.used(saying.steer.steerId);
    this.#finish(saying);
  }

  #finish({ spokenInto }: Saying) {
    this.#saying = null;
    // Somebody asked to stop, or the call ends: then the floor stays as it is.
    if (!this.#deps.mayAct()) return;
    if (this.#queue.length > 0) return this.check();
    this.#deps.voice().openFloor();
    if (spokenInto) this.#deps.voice().respond();
  }
}

const newSaying = (steer: Steer): Saying => ({
  steer,
  tries: 0,
  isRequested: false,
  answerId: null,
  sounds: false,
  heardText: null,
  isComplete: false,
  spokenInto: false,
});

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether these words were said, as the voice wrote them down; a model may have said something else. */
export function isSaid(ordered: string, heard: string): boolean {
  const wanted = wordsOf(ordered);
  const said = wordsOf(heard);
  let at = 0;
  const found = wanted.filter((word) => {
    const next = said.indexOf(word, at);
    if (next >= 0) at = next + 1;
    return next >= 0;
  });
  return found.length >= wanted.length * ENOUGH_WORDS;
}
