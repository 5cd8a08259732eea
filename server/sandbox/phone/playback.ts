import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";

/** Ten minutes of audio: what arrives beyond is thrown away (31931). */
const MAX_BUFFERED_BYTES = 10 * 60 * 1000 * MULAW_BYTES_PER_MS;

type Item =
  | { readonly kind: "audio"; readonly bytes: Uint8Array; taken: number }
  | { readonly kind: "mark"; readonly name: string };

/**
 * What a media stream has been sent and has not played yet: a queue of audio and marks, drained 20 ms at a time.
 * A mark comes back when everything before it has finished playing, or at once when nothing waits or plays.
 */
export class Playback {
  #items: Item[] = [];
  #bufferedBytes = 0;
  /** Whether the frame handed out last held audio that is still sounding. */
  #sounding = false;
  readonly #onMark: (name: string) => void;

  constructor(onMark: (name: string) => void) {
    this.#onMark = onMark;
  }

  get bufferedMs(): number {
    return this.#bufferedBytes / MULAW_BYTES_PER_MS;
  }

  /** Queues audio of any length; false when it was thrown away because ten minutes wait already. */
  push(bytes: Uint8Array): boolean {
    if (this.#bufferedBytes + bytes.length > MAX_BUFFERED_BYTES) return false;
    if (bytes.length > 0) this.#items.push({ kind: "audio", bytes, taken: 0 });
    this.#bufferedBytes += bytes.length;
    return true;
  }

  mark(name: string): void {
    if (this.#items.length === 0 && !this.#sounding) this.#onMark(name);
    else this.#items.push({ kind: "mark", name });
  }

  /** Throws the waiting audio away and sends all waiting marks back. */
  clear(): void {
    const items = this.#items;
    this.#items = [];
    this.#bufferedBytes = 0;
    for (const item of items) if (item.kind === "mark") this.#onMark(item.name);
  }

  /** The next 20 ms of audio, or less when less is there. The frame handed out before has finished playing. */
  nextFrame(): Uint8Array {
    this.#returnMarks();
    const frame = new Uint8Array(MULAW_FRAME_BYTES);
    let filled = 0;
    for (const item of this.#items) {
      if (filled === MULAW_FRAME_BYTES) break;
      if (item.kind === "mark") continue;
      const piece = item.bytes.subarray(item.taken, item.taken + MULAW_FRAME_BYTES - filled);
      frame.set(piece, filled);
      item.taken += piece.length;
      filled += piece.length;
    }
    this.#bufferedBytes -= filled;
    this.#sounding = filled > 0;
    return frame.subarray(0, filled);
  }

  /** Drops played audio from the front and sends back the marks that it uncovers. */
  #returnMarks(): void {
    const open = this.#items.findIndex((item) => item.kind === "audio" && item.taken < item.bytes.length);
    const done = this.#items.splice(0, open < 0 ? this.#items.length : open);
    for (const item of done) if (item.kind === "mark") this.#onMark(item.name);
  }
}
