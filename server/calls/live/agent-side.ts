import type { Goodbye } from "#server/calls/live/goodbye.ts";
import type { Manners } from "#server/calls/live/manners.ts";
import type { Opening } from "#server/calls/live/opening.ts";
import type { RunningAnswers } from "#server/calls/live/running-answers.ts";
import type { RunningCost } from "#server/calls/live/running-cost.ts";
import type { Steers } from "#server/calls/live/steers.ts";
import type { StopRequest } from "#server/calls/live/stop-request.ts";
import type { Talk } from "#server/calls/live/talk.ts";
import type { WhoAnswered } from "#server/calls/live/who-answered.ts";
import type { VoiceListener, VoiceSession } from "#server/voice/voice.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

type Deps = {
  callMs(): number;
  record(event: NewCallEvent): void;
  voice(): VoiceSession;
  giveUp(): void;
  answers: RunningAnswers;
  talk: Talk;
  cost: RunningCost;
  opening: Opening;
  goodbye: Goodbye;
  manners: Manners;
  steers: Steers;
  stopRequest: StopRequest;
  whoAnswered: WhoAnswered;
  hold: { held: boolean };
};

/** The agent's answers: which of them may be heard, and what it means that they were. */
export class AgentSide {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  started(answer: Parameters<VoiceListener["answerStarted"]>[0]) {
    const { answers, voice, steers, stopRequest, whoAnswered, hold } = this.#deps;
    const { answerId, exactWords } = answer;
    // The model may still answer by itself what was said just before it was hushed.
    const isWanted = exactWords === true || !(stopRequest.made || whoAnswered.hushed || hold.held);
    answers.started(answerId, isWanted);
    if (isWanted) return steers.answerStarted(answer);
    voice().discard(answerId);
    voice().cancelAnswer(answerId);
  }

  ended(answer: Parameters<VoiceListener["answerEnded"]>[0]) {
    const { answers, cost, talk, opening, goodbye, steers, giveUp } = this.#deps;
    const { answerId, end, usage } = answer;
    if (usage !== null) cost.addAnswer(usage);
    const wasWanted = answers.ended(answerId);
    const was = opening.answerEnded(answerId, end);
    if (was === "heard") this.#openFloor();
    if (was === "failed") {
      talk.silence();
      if (!opening.repeat()) giveUp();
    }
    // One that was cancelled was asked for before whatever is said now.
    if (wasWanted && end !== "cancelled") goodbye.answerEnded(answerId);
    else goodbye.check();
    steers.answerEnded(answer);
  }

  /** All of something was heard. */
  heard(itemId: string, text: string, answerId: string) {
    const { opening, goodbye, manners, whoAnswered, steers } = this.#deps;
    if (opening.itemHeard(itemId)) this.#openFloor();
    goodbye.check();
    whoAnswered.agentHeard();
    manners.agentSaid(text);
    steers.heard(answerId, text);
  }

  /** The phone does not say that it played what it was sent: nobody waits for that any longer [CL78]. */
  unproven() {
    const { talk, opening, goodbye, steers, giveUp } = this.#deps;
    talk.silence();
    steers.unproven();
    if (opening.unproven() && !opening.repeat()) giveUp();
    goodbye.check();
  }

  #openFloor() {
    const { record, callMs, talk, voice, opening } = this.#deps;
    record({ type: "opening.heard", atMs: callMs() });
    talk.recording.noticeHeard();
    voice().openFloor();
    // Somebody who spoke into the opening was heard, but nothing answered them yet.
    if (opening.spokenInto) voice().respond();
  }
}
