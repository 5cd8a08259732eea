import type { Goodbye } from "#server/calls/live/goodbye.ts";
import type { Manners } from "#server/calls/live/manners.ts";
import type { Opening } from "#server/calls/live/opening.ts";
import type { RunningAnswers } from "#server/calls/live/running-answers.ts";
import type { RunningCost } from "#server/calls/live/running-cost.ts";
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
  stopRequest: StopRequest;
  whoAnswered: WhoAnswered;
};

/** The agent's answers: which of them may be heard, and what it means that they were. */
export class AgentSide {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  started({ answerId, exactWords }: Parameters<VoiceListener["answerStarted"]>[0]) {
    const { answers, voice, stopRequest, whoAnswered } = this.#deps;
    // The model may still answer by itself what was said just before it was hushed.
    const isWanted = exactWords === true || !(stopRequest.made || whoAnswered.hushed);
    answers.started(answerId, isWanted);
    if (isWanted) return;
    voice().discard(answerId);
    voice().cancelAnswer(answerId);
  }

  ended({ answerId, end, usage }: Parameters<VoiceListener["answerEnded"]>[0]) {
    const { answers, cost, talk, opening, goodbye, giveUp } = this.#deps;
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
  }

  /** All of something was heard. */
  heard(itemId: string, text: string) {
    const { opening, goodbye, manners, whoAnswered } = this.#deps;
    if (opening.itemHeard(itemId)) this.#openFloor();
    goodbye.check();
    whoAnswered.agentHeard();
    manners.agentSaid(text);
  }

  /** The phone does not say that it played what it was sent: nobody waits for that any longer [CL78]. */
  unproven() {
    const { talk, opening, goodbye, giveUp } = this.#deps;
    talk.silence();
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
