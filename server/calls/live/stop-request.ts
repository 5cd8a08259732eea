import type { Goodbye } from "#server/calls/live/goodbye.ts";
import { saysStopCalling } from "#server/calls/live/opt-out-words.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";

/** An opt-out must not be lost to a time without a database: the last of these pauses repeats until it is stored. */
const RETRY_MS = [200, 500, 1000, 2000, 5000];
export const OPT_OUT_CONFIRMATION = "You will not be called again. Goodbye.";
const OPTED_OUT: End = { status: "completed", reason: "opted_out" };

export type HowStopped = "spoken" | "key";

/** They said so to an owner of the call that could not store it any more. */
export const askedToStop = (turns: readonly VoiceTurn[]) =>
  turns.some((turn) => turn.speaker === "consumer" && saysStopCalling(turn.text));

type Deps = {
  clock: Clock;
  goodbye: Goodbye;
  /** Ends whatever the agent says, for good: from now on it says nothing by itself. */
  hush(): void;
  suppress(how: HowStopped): Promise<void>;
  /** Suppressing failed; it is tried again. */
  failed(error: unknown): void;
};

/**
 * "Stop calling me" in this call, by word, key or the agent's tool, whichever is first: everything else falls silent, the number is suppressed,
 * that is confirmed once in fixed words, and the phone is put down when they were heard [CL45].
 */
export class StopRequest {
  readonly #deps: Deps;
  #made = false;
  #suppressing: Promise<void> | null = null;
  #suppressed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get made(): boolean {
    return this.#made;
  }

  /** The carrier confirms it then, if it is true by then. */
  get endWithoutVoice(): { end: End; say?: string } {
    return { end: OPTED_OUT, ...(this.#suppressed && { say: OPT_OUT_CONFIRMATION }) };
  }

  /** Resolves when the number is suppressed. The phone is put down after a while all the same. */
  make(how: HowStopped): Promise<void> {
    this.#made = true;
    this.#suppressing ??= this.#make(how);
    return this.#suppressing;
  }

  async #make(how: HowStopped): Promise<void> {
    const { clock, goodbye, hush, suppress, failed } = this.#deps;
    hush();
    goodbye.wantedAfterNextAnswer(OPTED_OUT);
    for (let tries = 0; !this.#suppressed; tries++) {
      try {
        await suppress(how);
        this.#suppressed = true;
      } catch (error) {
        failed(error);
        await clock.sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 0);
      }
    }
    goodbye.leaveWith(OPT_OUT_CONFIRMATION, OPTED_OUT);
  }
}
