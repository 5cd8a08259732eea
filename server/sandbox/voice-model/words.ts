import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import type { HeardFrame } from "#server/sandbox/speech/hidden-frame.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";

/** The words of one turn, and whether its audio arrived without a hole, a repeat or a change. */
export class TurnWords {
  #text = "";
  #complete = true;
  #last: HeardFrame | null = null;

  /** @param before the last frame heard before this turn, when the turn goes on with the same utterance */
  constructor(before: HeardFrame | null = null) {
    this.#last = before;
  }

  add(frame: HeardFrame): void {
    const last = this.#last;
    const follows =
      last && last.utteranceId === frame.utteranceId
        ? frame.frameIndex === last.frameIndex + 1
        : frame.frameIndex === 0 && (!last || last.frameIndex === last.frameCount - 1);
    if (!follows) this.#complete = false;
    this.#last = frame;
    this.#text += frame.text;
  }

  get text(): string {
    return this.#text.replace(/\s+/g, " ").trim();
  }

  get complete(): boolean {
    return this.#complete;
  }

  get last(): HeardFrame | null {
    return this.#last;
  }
}

/** The words hidden in a piece of µ-law audio. */
export function wordsIn(mulaw: Uint8Array): string {
  const words = new TurnWords();
  for (const frame of new WordListener().push(mulaw)) words.add(frame);
  return words.text;
}

/** The words of `fullText` that a listener got who heard only the first `endMs`; a half word does not count. */
export function wordsHeard(mulaw: Uint8Array, fullText: string, endMs: number): string {
  const heard = wordsIn(mulaw.subarray(0, Math.floor(endMs * MULAW_BYTES_PER_MS)));
  const next = fullText.charAt(heard.length);
  if (next === "" || /[\s.,!?;:]/.test(next)) return heard;
  return heard.slice(0, heard.lastIndexOf(" ") + 1).trimEnd();
}
