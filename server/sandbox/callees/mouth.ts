import { randomBytes } from "node:crypto";
import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { SaidLine } from "#server/sandbox/phone/callee.ts";
import type { Voice } from "#server/sandbox/speech/speech-job.ts";

/** Turns text into audio with words inside; see speech/voices.ts. */
export type Speak = (text: string, voice: Voice, utteranceId: number) => Promise<Uint8Array>;

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
const MAX_LINES = 500;

/** Says one line after the other, 20 ms at a time; silence in between. */
export class Mouth {
  readonly #voice: Voice;
  readonly #speak: Speak;
  readonly #said: SaidLine[] = [];
  #waiting: string[] = [];
  #making = false;
  #failure: unknown = null;
  #audio = new Uint8Array(0);
  #at = 0;
  #line: SaidLine | null = null;
  #utteranceId = randomBytes(4).readUInt32BE();

  constructor(voice: Voice, speak: Speak) {
    this.#voice = voice;
    this.#speak = speak;
  }

  /** Speaking, or about to. */
  get busy(): boolean {
    return this.#making || this.#line !== null || this.#waiting.length > 0;
  }

  said(): readonly SaidLine[] {
    return this.#said;
  }

  say(text: string): void {
    this.#waiting.push(text);
  }

  /** The next 20 ms. @throws what the speech synthesiser failed with */
  nextFrame(nowMs: number): Uint8Array {
    if (this.#failure) throw this.#failure;
    if (this.#line === null && !this.#making) this.#begin(nowMs);
    if (this.#line === null) return SILENCE;
    const frame = this.#audio.subarray(this.#at, this.#at + MULAW_FRAME_BYTES);
    this.#at += frame.length;
    this.#line.endedAtMs = nowMs + MULAW_FRAME_MS;
    if (this.#at >= this.#audio.length) {
      this.#line.complete = true;
      this.#line = null;
    }
    return frame;
  }

  #begin(nowMs: number): void {
    const text = this.#waiting.shift();
    if (text === undefined) return;
    this.#making = true;
    this.#utteranceId = (this.#utteranceId + 1) >>> 0;
    this.#speak(text, this.#voice, this.#utteranceId).then(
      (audio) => this.#start(text, audio, nowMs),
      (error: unknown) => {
        this.#failure = error;
      },
    );
  }

  #start(text: string, audio: Uint8Array, askedAtMs: number): void {
    this.#making = false;
    if (audio.length === 0) return;
    this.#audio = new Uint8Array(audio);
    this.#at = 0;
    this.#line = { text, startedAtMs: askedAtMs, endedAtMs: askedAtMs, complete: false };
    if (this.#said.length < MAX_LINES) this.#said.push(this.#line);
  }
}
