import type { Clock, Timer } from "#server/lib/clock.ts";

const UNANSWERED_TURN_MS = 2000;
const MUTE_ANSWER_MS = 2000;

/**
 * Notices the two silences a caller would hear: a finished turn that the service does not answer, and an answer that makes no sound. Speaks up once
 * for each.
 */
export class TurnWatchdog {
  readonly #clock: Clock;
  readonly #on: { unansweredTurn(): void; muteAnswer(responseId: string): void };
  #turn: Timer | null = null;
  #answer: { responseId: string; timer: Timer } | null = null;

  constructor(clock: Clock, on: { unansweredTurn(): void; muteAnswer(responseId: string): void }) {
    this.#clock = clock;
    this.#on = on;
  }

  turnCommitted(): void {
    this.#turn?.cancel();
    this.#turn = this.#clock.after(UNANSWERED_TURN_MS, () => {
      this.#turn = null;
      this.#on.unansweredTurn();
    });
  }

  /** The consumer goes on: the turn is not over after all. */
  speechStarted(): void {
    this.#turn?.cancel();
    this.#turn = null;
  }

  answerStarted(responseId: string): void {
    this.speechStarted();
    this.#answer?.timer.cancel();
    const timer = this.#clock.after(MUTE_ANSWER_MS, () => {
      if (this.#answer?.responseId !== responseId) return;
      this.#answer = null;
      this.#on.muteAnswer(responseId);
    });
    this.#answer = { responseId, timer };
  }

  /** The answer made a sound, called a tool, ended, or is no longer wanted. */
  answerSettled(responseId: string): void {
    if (this.#answer?.responseId !== responseId) return;
    this.#answer.timer.cancel();
    this.#answer = null;
  }

  stop(): void {
    this.speechStarted();
    this.#answer?.timer.cancel();
    this.#answer = null;
  }
}
