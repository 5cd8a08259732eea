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
  #ready: { readonly text: string; readonly audio: Uint8Array } | null = null;
  #playing: { readonly line: SaidLine; readonly audio: Uint8Array; at: number } | null = null;
  #utteranceId = randomBytes(4).readUInt32BE();

  constructor(voice: Voice, speak: Speak) {
    this.#voice = voice;
    this.#speak = speak;
  }

  /** Speaking, or about to. */
  get busy(): boolean {
    return this.#making || this.#ready !== null || this.#playing !== null || this.#waiting.length > 0;
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
    if (this.#playing === null && this.#ready === null && !this.#making) this.#make();
    if (this.#playing === null) this.#start(nowMs);
    const playing = this.#playing;
    if (playing === null) return SILENCE;
    const frame = playing.audio.subarray(playing.at, playing.at + MULAW_FRAME_BYTES);
    playing.at += frame.length;
    playing.line.endedAtMs = nowMs + MULAW_FRAME_MS;
    if (playing.at >= playing.audio.length) {
      playing.line.complete = true;
      this.#playing = null;
    }
    return frame;
  }

  /** Has the next waiting line spoken; it is played as soon as the audio is there. */
  #make(): void {
    const text = this.#waiting.shift();
    if (text === undefined) return;
    this.#making = true;
    this.#utteranceId = (this.#utteranceId + 1) >>> 0;
    this.#speak(text, this.#voice, this.#utteranceId).then(
      (audio) => {
        this.#making = false;
        if (audio.length > 0) this.#ready = { text, audio };
      },
      (error: unknown) => {
        this.#failure = error;
      },
    );
  }

  #start(nowMs: number): void {
    if (!this.#ready) return;
    const { text, audio } = this.#ready;
    const line: SaidLine = { text, startedAtMs: nowMs, endedAtMs: nowMs, complete: false };
    if (this.#said.length < MAX_LINES) this.#said.push(line);
    this.#playing = { line, audio, at: 0 };
    this.#ready = null;
  }
}
