import { MULAW_FRAME_BYTES, MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import { Mouth, type Speak } from "#server/sandbox/callees/mouth.ts";
import { tone } from "#server/sandbox/callees/tones.ts";
import type { HeardNow, Person, SaidLine } from "#server/sandbox/phone/callee.ts";

const GREETING = "You have reached our answering machine. Please leave a message after the tone.";
const GREETING_AFTER_MS = 300;
const BEEP_MS = 400;
const BEEP_HERTZ = 1000;
/** The machine stops recording after this much silence, or this long a message. */
const MAX_SILENCE_MS = 10_000;
const MAX_MESSAGE_MS = 60_000;
const TALK_LOUDNESS = 300;

const beepTone = tone(BEEP_HERTZ, BEEP_MS);

/** Answers, plays its greeting, beeps, records, hangs up. */
export class AnsweringMachine implements Person {
  readonly beep: Promise<void>;
  readonly #mouth: Mouth;
  readonly #beeped = Promise.withResolvers<void>();
  #nowMs = 0;
  #greeted = false;
  #beepAt = 0;
  #recordingMs = 0;
  #silentMs = 0;

  constructor(speak: Speak) {
    this.#mouth = new Mouth("kal", speak);
    this.beep = this.#beeped.promise;
  }

  said(): readonly SaidLine[] {
    return this.#mouth.said();
  }

  say(text: string): void {
    this.#mouth.say(text);
  }

  step(heard: HeardNow): Uint8Array | null {
    this.#nowMs += MULAW_FRAME_MS;
    if (!this.#greeted && this.#nowMs >= GREETING_AFTER_MS) {
      this.#greeted = true;
      this.#mouth.say(GREETING);
    }
    if (!this.#greeted || this.#mouth.busy) return this.#mouth.nextFrame(this.#nowMs);
    if (this.#beepAt < beepTone.length) {
      const frame = beepTone.subarray(this.#beepAt, this.#beepAt + MULAW_FRAME_BYTES);
      this.#beepAt += MULAW_FRAME_BYTES;
      return frame;
    }
    this.#beeped.resolve();
    return this.#record(heard);
  }

  #record(heard: HeardNow): Uint8Array | null {
    const sound = heard.words.length > 0 || heard.loudness > TALK_LOUDNESS;
    this.#recordingMs += MULAW_FRAME_MS;
    this.#silentMs = sound ? 0 : this.#silentMs + MULAW_FRAME_MS;
    if (this.#recordingMs >= MAX_MESSAGE_MS || this.#silentMs >= MAX_SILENCE_MS) return null;
    return this.#mouth.nextFrame(this.#nowMs);
  }
}
