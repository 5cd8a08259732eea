import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { tone } from "#server/sandbox/callees/tones.ts";
import type { Person, SaidLine } from "#server/sandbox/phone/callee.ts";

/** The answer tone of ITU-T T.30 (CED): 2100 Hz for about three seconds, here again and again. */
const ANSWER_TONE_HERTZ = 2100;
const TONE_MS = 3000;
const ROUND_MS = 5000;
const GIVES_UP_AFTER_MS = 30_000;

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
const answerTone = tone(ANSWER_TONE_HERTZ, TONE_MS);

/** Whistles, understands nothing, gives up after half a minute. */
export class FaxMachine implements Person {
  readonly beep = new Promise<void>(() => undefined);
  #nowMs = 0;

  said(): readonly SaidLine[] {
    return [];
  }

  /** A fax has no words. */
  say(): void {}

  step(): Uint8Array | null {
    const at = (this.#nowMs % ROUND_MS) / MULAW_FRAME_MS;
    this.#nowMs += MULAW_FRAME_MS;
    if (this.#nowMs > GIVES_UP_AFTER_MS) return null;
    const frame = answerTone.subarray(at * MULAW_FRAME_BYTES, (at + 1) * MULAW_FRAME_BYTES);
    return frame.length > 0 ? frame : SILENCE;
  }
}
