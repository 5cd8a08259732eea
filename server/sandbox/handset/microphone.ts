import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";

/** Sound that must have arrived before it is spoken, so that a late piece leaves no hole: 60 ms. */
const AHEAD_BYTES = 3 * MULAW_FRAME_BYTES;
/** What waits beyond 400 ms is thrown away, oldest first: a talk with a long echo is none. */
const MAX_WAITING_BYTES = 20 * MULAW_FRAME_BYTES;

/** Evens out the sound of a browser's microphone: pieces of any size come in, 20 ms at a time go out. */
export class Microphone {
  #waiting = new Uint8Array(0);
  #flowing = false;

  push(audio: Uint8Array): void {
    const joined = new Uint8Array(this.#waiting.length + audio.length);
    joined.set(this.#waiting);
    joined.set(audio, this.#waiting.length);
    this.#waiting = joined.subarray(Math.max(0, joined.length - MAX_WAITING_BYTES));
    if (this.#waiting.length >= AHEAD_BYTES) this.#flowing = true;
  }

  /** Null while nothing is to be said. */
  nextFrame(): Uint8Array | null {
    if (this.#waiting.length < MULAW_FRAME_BYTES) this.#flowing = false;
    if (!this.#flowing) return null;
    const frame = this.#waiting.subarray(0, MULAW_FRAME_BYTES);
    this.#waiting = this.#waiting.subarray(MULAW_FRAME_BYTES);
    return frame;
  }
}
