import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import type { AudioCheck } from "#server/sandbox/speech/frame-ledger.ts";
import type { HeardFrame } from "#server/sandbox/speech/hidden-frame.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";

/** One utterance as it was heard. Times are ms of audio since the answer. */
export type HeardUtterance = {
  readonly utteranceId: number;
  text: string;
  readonly startedAtMs: number;
  endedAtMs: number;
  /** Whether its last frame was heard. */
  complete: boolean;
  /** Silence inside it because the next audio had not arrived yet. */
  gapMs: number;
};

const MAX_UTTERANCES = 2000;

/** Hears what really reached a person and writes it down, word by word. */
export class Ear {
  readonly #listener = new WordListener();
  readonly #utterances: HeardUtterance[] = [];
  #frames = 0;
  #current: HeardUtterance | null = null;
  #ended = false;

  /** The next 20 ms; `played` is shorter than 160 bytes when there was nothing (more) to play. */
  hear(played: Uint8Array): HeardFrame[] {
    const heard = this.#listener.push(played);
    for (const frame of heard) this.#write(frame);
    if (played.length === 0 && this.#current) this.#current.gapMs += MULAW_FRAME_MS;
    this.#frames++;
    return heard;
  }

  /** What was playing was taken away on purpose. */
  cutHere(): void {
    this.#listener.cutHere();
    this.#current = null;
  }

  /** No more audio comes; from now on the account is final. */
  end(): void {
    this.#ended = true;
  }

  heard(): readonly HeardUtterance[] {
    return this.#utterances;
  }

  check(): AudioCheck {
    return this.#listener.check({ ended: this.#ended });
  }

  get nowMs(): number {
    return this.#frames * MULAW_FRAME_MS;
  }

  #write(frame: HeardFrame): void {
    let utterance = this.#current;
    if (!utterance || utterance.utteranceId !== frame.utteranceId) {
      const startedAtMs = this.nowMs;
      const { utteranceId } = frame;
      utterance = { utteranceId, text: "", startedAtMs, endedAtMs: startedAtMs, complete: false, gapMs: 0 };
      if (this.#utterances.length < MAX_UTTERANCES) this.#utterances.push(utterance);
    }
    utterance.text += frame.text;
    utterance.endedAtMs = this.nowMs + MULAW_FRAME_MS;
    utterance.complete = frame.frameIndex === frame.frameCount - 1;
    this.#current = utterance.complete ? null : utterance;
  }
}
