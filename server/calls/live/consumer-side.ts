import type { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import type { Goodbye } from "#server/calls/live/goodbye.ts";
import type { Manners } from "#server/calls/live/manners.ts";
import type { Opening } from "#server/calls/live/opening.ts";
import type { RunningAnswers } from "#server/calls/live/running-answers.ts";
import type { RunningCost } from "#server/calls/live/running-cost.ts";
import type { Talk } from "#server/calls/live/talk.ts";
import type { ToolActs } from "#server/calls/live/tool-acts.ts";
import type { Steers } from "#server/calls/live/steers.ts";
import { saysStopCalling } from "#server/calls/live/opt-out-words.ts";
import type { WhoAnswered } from "#server/calls/live/who-answered.ts";
import type { TurnTimer } from "#server/calls/live/turn-timer.ts";
import type { VoiceSession } from "#server/voice/voice.ts";

type Deps = {
  callMs(): number;
  /** The person may interrupt, and is answered. */
  floorOpen(): boolean;
  stopCalling(): void;
  /** The session that speaks now. */
  voice(): VoiceSession;
  answers: RunningAnswers;
  /** They asked for that: from then on it changes nothing whether they are a machine. */
  stopRequest: { made: boolean };
  whoAnswered: WhoAnswered;
  audio: ConsumerAudio;
  talk: Talk;
  turns: TurnTimer;
  opening: Opening;
  goodbye: Goodbye;
  acts: ToolActs;
  manners: Manners;
  steers: Steers;
  cost: RunningCost;
};

/** The consumer's turns: what each of them means to everything else. */
export class ConsumerSide {
  readonly #deps: Deps;
  #speaks = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Their voice sounds. */
  get speaks(): boolean {
    return this.#speaks;
  }

  started(itemId: string) {
    const { audio, talk, turns, goodbye, opening, whoAnswered, steers, floorOpen, callMs } = this.#deps;
    this.#speaks = true;
    whoAnswered.speechStarted();
    talk.consumerStarted(itemId);
    audio.turnStarted();
    turns.turnStarted();
    goodbye.holdBack();
    if (floorOpen()) this.#silence();
    else opening.consumerStarted(callMs());
    steers.consumerStarted();
  }

  /** The service ends what it is making now; sound of it that is already on its way is played no more [CL321]. */
  #silence() {
    const { talk, answers, voice } = this.#deps;
    talk.silence();
    for (const answerId of answers.ids) voice().discard(answerId);
  }

  stopped(itemId: string, isNoise: boolean) {
    const { audio, talk, turns, goodbye, opening, steers, acts } = this.#deps;
    this.#speaks = false;
    talk.consumerStopped(itemId, isNoise);
    audio.turnEnded();
    opening.consumerStopped();
    steers.consumerStopped(isNoise);
    if (isNoise) return goodbye.resume();
    if (opening.heard || opening.spokenInto) acts.personSpoke();
    // Before the opening was heard nothing is answered, so there is nothing to measure.
    if (opening.heard) turns.turnEnded();
  }

  words(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }) {
    const { talk, goodbye, manners, cost, whoAnswered, stopRequest, stopCalling } = this.#deps;
    const { itemId, text, final, audioSeconds } = words;
    if (!final) return talk.consumerDraft(itemId, text);
    const { isSpeech, speechMs } = talk.consumerSaid(itemId, text);
    if (isSpeech) {
      goodbye.interrupted();
      manners.consumerSaid(text);
      if (saysStopCalling(text)) stopCalling();
      else if (!stopRequest.made) whoAnswered.heard(text, speechMs);
    } else goodbye.resume();
    if (audioSeconds !== null) cost.addTranscription(audioSeconds);
  }

  /** The voice session is gone: a turn under way will not be told to end. `words`: what was recognised of each turn so far. */
  lost(words: readonly string[]) {
    const { audio, goodbye, stopCalling } = this.#deps;
    this.#speaks = false;
    audio.turnEnded();
    if (words.length > 0) goodbye.interrupted();
    if (words.some(saysStopCalling)) stopCalling();
  }
}
