import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import { Mouth, type Speak } from "#server/sandbox/callees/mouth.ts";
import type { Person, SaidLine } from "#server/sandbox/phone/callee.ts";
import type { Voice } from "#server/sandbox/speech/speech-job.ts";

const FIRST_AFTER_MS = 300;

/** Says its lines one after the other with `pauseMs` between them, `rounds` times, whatever it hears; then hangs up. */
export type Recital = {
  readonly voice: Exclude<Voice, "slt">;
  readonly lines: readonly string[];
  readonly pauseMs: number;
  readonly rounds: number;
};

/** Whoever talks and never listens: a menu, a full mailbox, an endless talker. */
export class Reciter implements Person {
  /** Nothing beeps. */
  readonly beep = new Promise<void>(() => undefined);
  readonly #mouth: Mouth;
  readonly #pauseMs: number;
  readonly #left: string[];
  #nowMs = 0;
  #nextAtMs = FIRST_AFTER_MS;

  constructor({ voice, lines, pauseMs, rounds }: Recital, speak: Speak) {
    this.#mouth = new Mouth(voice, speak);
    this.#pauseMs = pauseMs;
    this.#left = Array.from({ length: rounds }, () => lines).flat();
  }

  said(): readonly SaidLine[] {
    return this.#mouth.said();
  }

  say(text: string): void {
    this.#mouth.say(text);
  }

  step(): Uint8Array | null {
    this.#nowMs += MULAW_FRAME_MS;
    if (this.#mouth.busy) this.#nextAtMs = this.#nowMs + this.#pauseMs;
    else if (this.#nowMs >= this.#nextAtMs) {
      const line = this.#left.shift();
      if (line === undefined) return null;
      this.#mouth.say(line);
    }
    return this.#mouth.nextFrame(this.#nowMs);
  }
}
