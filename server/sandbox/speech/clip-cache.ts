import type { Clip } from "#server/sandbox/speech/speech-job.ts";

/** Keeps what was made most recently used, up to a number of bytes; the least recently used is dropped. */
export class ClipCache {
  readonly #clips = new Map<string, Clip>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): Clip | undefined {
    const clip = this.#clips.get(key);
    if (clip) {
      this.#clips.delete(key);
      this.#clips.set(key, clip);
    }
    return clip;
  }

  set(key: string, clip: Clip): void {
    this.#drop(key);
    this.#clips.set(key, clip);
    this.#bytes += clip.mulaw.length;
    for (const oldest of this.#clips.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#clips.get(key)?.mulaw.length ?? 0;
    this.#clips.delete(key);
  }
}
