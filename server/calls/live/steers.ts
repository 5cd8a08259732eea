import { ExactWords } from "#server/calls/live/exact-words.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceListener, VoiceSession } from "#server/voice/voice.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { SteerView } from "#shared/call/view.ts";

/** What staff want of the agent, as the journal has it. */
export type Steer = Pick<SteerView, "steerId" | "kind" | "text">;

/** Somebody who was just asked something has this long to begin to answer; then the agent goes on with the whisper. */
const PATIENCE_MS = 1500;
/** A model that answers nothing is not asked more often; the whisper is in its memory all the same, for the next turn. */
const MAX_ASKS = 3;
/** Answers whose end or sound never comes. */
const REMEMBERED_ANSWERS = 16;

type Whisper = Steer & {
  /** `waiting`: the session was not told; `told`: it was; `taken`: it says that it has it. */
  state: "waiting" | "told" | "taken";
};

export type SteersDeps = {
  clock: Clock;
  callMs(): number;
  record(event: NewCallEvent): void;
  voice(): VoiceSession;
  /** The opening was heard, there is a voice, nobody asked to stop, and the call is not about to end. */
  mayAct(): boolean;
  consumerSpeaks(): boolean;
  /** Nobody speaks, the agent spoke last, and nothing is on its way. */
  atRest(): boolean;
  /** Drops what the agent is saying. */
  silence(): void;
  /** Answers that are being made. */
  running(): ReadonlySet<string>;
};

/** Whispers come through the session's memory: a system item of ours, in words that say what it is. */
export const whisperNote = (text: string): string =>
  `Whisper from a colleague that the caller can't hear; follow it in your next answer, within your rules: ${text.replace(/\s+/g, " ")}`;

/**
 * What staff tell the agent while it talks [CL340]. A whisper is put into the model's memory at once, cuts nobody, and is used with the next answer;
 * when nobody speaks the agent is asked for that answer. It counts as used when an answer that was begun under it was heard to its end.
 */
export class Steers {
  readonly #deps: SteersDeps;
  readonly #exact: ExactWords;
  #whispers: Whisper[] = [];
  /** Under which whispers an answer was begun. */
  readonly #madeUnder = new Map<string, string[]>();
  #asks = 0;
  /** An answer was asked for and has not begun. */
  #isAsked = false;
  #patience: Timer | null = null;
  #stopped = false;

  constructor(deps: SteersDeps) {
    this.#deps = deps;
    this.#exact = new ExactWords({ ...deps, used: (steerId) => this.#used(steerId) });
  }

  /** Exact words are being said: nobody cuts them. */
  get protects(): boolean {
    return this.#exact.sounds;
  }

  /** Exact words are being said, or about to be. */
  get busy(): boolean {
    return this.#exact.busy;
  }

  /** What an earlier owner of the call was told and did not do [CL343]. */
  adopt(steers: readonly SteerView[]) {
    for (const { steerId, kind, text, usedAtMs } of steers)
      if (usedAtMs === null) this.#add({ steerId, kind, text });
  }

  /** One more, in the order of the journal. */
  give(steer: Steer) {
    this.#add(steer);
    this.#asks = 0;
    const atOnce = steer.kind === "whisper" && this.#deps.mayAct() && this.#deps.atRest();
    this.check();
    if (atOnce) this.#ask();
  }

  /** Told after everything that may change whether it is time. */
  check() {
    if (this.#stopped) return;
    if (!this.#deps.mayAct()) return this.#wait();
    for (const whisper of this.#whispers) if (whisper.state === "waiting") this.#tell(whisper);
    this.#exact.check();
    const isDue = this.#whispers.length > 0 && !this.#exact.busy && this.#deps.atRest();
    if (!isDue) return this.#wait();
    if (!this.#isAsked && this.#asks < MAX_ASKS)
      this.#patience ??= this.#deps.clock.after(PATIENCE_MS, () => this.#ask());
  }

  /** Another voice session speaks now, which was told of nothing. */
  voiceBack() {
    for (const whisper of this.#whispers) whisper.state = "waiting";
    this.#isAsked = false;
    this.#madeUnder.clear();
    this.check();
  }

  voiceLost() {
    this.#wait();
    this.#isAsked = false;
    this.#madeUnder.clear();
    this.#exact.voiceLost();
  }

  stop() {
    this.#stopped = true;
    this.#wait();
  }

  // ——— what happens in the talk ———

  noted(steerId: string) {
    const whisper = this.#whispers.find((one) => one.steerId === steerId && one.state === "told");
    if (whisper !== undefined) whisper.state = "taken";
  }

  answerStarted(answer: Parameters<VoiceListener["answerStarted"]>[0]) {
    this.#exact.answerStarted(answer);
    if (answer.exactWords === true) return;
    this.#isAsked = false;
    const under = this.#whispers.filter(({ state }) => state === "taken").map(({ steerId }) => steerId);
    if (under.length === 0) return;
    this.#madeUnder.set(answer.answerId, under);
    const [oldest] = this.#madeUnder.keys();
    if (this.#madeUnder.size > REMEMBERED_ANSWERS && oldest !== undefined) this.#madeUnder.delete(oldest);
  }

  answerEnded(answer: Parameters<VoiceListener["answerEnded"]>[0]) {
    this.#exact.answerEnded(answer);
    if (answer.end !== "completed") this.#isAsked = false;
  }

  sounded(answerId: string) {
    this.#exact.sounded(answerId);
  }

  /** All of an utterance was heard. */
  heard(answerId: string, text: string) {
    for (const steerId of this.#madeUnder.get(answerId) ?? []) this.#used(steerId);
    this.#madeUnder.delete(answerId);
    this.#exact.heard(answerId, text);
  }

  consumerStarted() {
    this.#wait();
    this.#exact.consumerStarted();
  }

  consumerStopped(isNoise: boolean) {
    this.#asks = 0;
    this.#exact.consumerStopped(isNoise);
  }

  /** What was said can't be proven. */
  unproven() {
    this.#exact.giveUp();
  }

  #add(steer: Steer) {
    if (steer.kind === "exact") this.#exact.add(steer);
    else this.#whispers.push({ ...steer, state: "waiting" });
  }

  #tell(whisper: Whisper) {
    whisper.state = "told";
    this.#deps.voice().note(whisperNote(whisper.text), whisper.steerId);
  }

  #ask() {
    this.#wait();
    if (this.#stopped || this.#isAsked || this.#exact.busy || !this.#deps.mayAct()) return;
    this.#isAsked = true;
    this.#asks += 1;
    this.#deps.voice().respond();
  }

  #used(steerId: string) {
    const { record, callMs } = this.#deps;
    this.#whispers = this.#whispers.filter((one) => one.steerId !== steerId);
    for (const [answerId, under] of this.#madeUnder)
      this.#madeUnder.set(
        answerId,
        under.filter((one) => one !== steerId),
      );
    record({ type: "steer.used", steerId, atMs: callMs() });
  }

  #wait() {
    this.#patience?.cancel();
    this.#patience = null;
  }
}
