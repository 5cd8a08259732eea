import { loudness, MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import type { AudioCheck } from "#server/sandbox/speech/frame-ledger.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";
import type { AudioFormat } from "#server/sandbox/voice-model/session-config.ts";
import { EnergyVad, type VadEvent, type VadSettings } from "#server/sandbox/voice-model/vad.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";
import { TurnWords } from "#server/sandbox/voice-model/words.ts";

/** The audio of a finished turn, as it was written, with the words that came inside. */
export type Turn = { audio: Uint8Array; ms: number; words: TurnWords };

const PIECE_MS = 20;
const PCM_BYTES_PER_MS = 48;
const MIN_COMMIT_MS = 100;
/** Before speech nobody needs more than the longest prefix. */
const KEPT_BEFORE_SPEECH_MS = 10_000;

function bytesPerMs(format: AudioFormat): number {
  return format.type === "audio/pcmu" ? MULAW_BYTES_PER_MS : PCM_BYTES_PER_MS;
}

function pcmLoudness(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += view.getInt16(at, true) ** 2;
  return Math.sqrt(sum / Math.max(1, bytes.length / 2));
}

/**
 * The input audio buffer of a session: counts what was written, hears the words in it and finds the turns.
 * Without turn detection everything since the last commit is kept (bounded by the session's hour).
 */
export class InputAudio {
  readonly #listener = new WordListener();
  readonly #vad = new EnergyVad();
  #format: AudioFormat = { type: "audio/pcm", rate: 24_000 };
  #rest: Uint8Array = new Uint8Array(0);
  #pieces: Uint8Array[] = [];
  #writtenMs = 0;
  #keptFromMs = 0;
  #words = new TurnWords();
  #closing: TurnWords | null = null;

  /** Audio written so far, ms: the clock of `audio_start_ms` and `audio_end_ms`. */
  get writtenMs(): number {
    return this.#writtenMs;
  }

  get inSpeech(): boolean {
    return this.#vad.inSpeech;
  }

  check(ended: boolean): AudioCheck {
    if (ended) this.#listener.cutHere();
    return this.#listener.check({ ended });
  }

  setFormat(format: AudioFormat): void {
    if (format.type === this.#format.type) return;
    this.#format = format;
    this.#rest = new Uint8Array(0);
    this.clear();
  }

  /** `settings` null: no turn detection. Returns the turn events in order; `onEvent` sees the buffer as it was then. */
  append(bytes: Uint8Array, settings: VadSettings | null, onEvent: (event: VadEvent) => void): void {
    const pieceBytes = PIECE_MS * bytesPerMs(this.#format);
    const joined = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (; at + pieceBytes <= joined.length; at += pieceBytes) {
      this.#take(joined.subarray(at, at + pieceBytes), settings, onEvent);
    }
    this.#rest = joined.slice(at);
  }

  #take(piece: Uint8Array, settings: VadSettings | null, onEvent: (event: VadEvent) => void): void {
    this.#writtenMs += PIECE_MS;
    this.#pieces.push(piece);
    const isMulaw = this.#format.type === "audio/pcmu";
    if (isMulaw) for (const frame of this.#listener.push(piece)) this.#wordsFor(frame.utteranceId).add(frame);
    if (!settings) return;
    const event = this.#vad.push(isMulaw ? loudness(piece) : pcmLoudness(piece), PIECE_MS, settings);
    if (event) onEvent(event);
    else if (!this.#vad.inSpeech) this.#forgetBefore(this.#writtenMs - KEPT_BEFORE_SPEECH_MS);
  }

  /** Quiet frames that finish the utterance of the turn just ended still belong to that turn. */
  #wordsFor(utteranceId: number): TurnWords {
    const closing = this.#closing;
    if (closing && !this.#vad.inSpeech && closing.last?.utteranceId === utteranceId) return closing;
    if (closing) {
      this.#words = new TurnWords(closing.last);
      this.#closing = null;
    }
    return this.#words;
  }

  #forgetBefore(ms: number): void {
    while (this.#keptFromMs < ms && this.#pieces.length > 0) {
      this.#pieces.shift();
      this.#keptFromMs += PIECE_MS;
    }
  }

  /** The turn from `startMs` to now; the buffer is empty afterwards. */
  takeTurn(startMs: number): Turn {
    this.#forgetBefore(startMs);
    const audio = Buffer.concat(this.#pieces);
    const words = this.#closing ? new TurnWords(this.#closing.last) : this.#words;
    this.#closing = words;
    this.#empty();
    return { audio, ms: audio.length / bytesPerMs(this.#format), words };
  }

  /** `input_audio_buffer.commit`. @throws Refusal below 100 ms */
  commit(vadOn: boolean): Turn {
    const ms = vadOn && !this.#vad.inSpeech ? 0 : this.#writtenMs - this.#keptFromMs;
    if (ms < MIN_COMMIT_MS) {
      throw new Refusal(
        "input_audio_buffer_commit_empty",
        `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${ms.toFixed(2)}ms of audio.`,
      );
    }
    return this.takeTurn(this.#keptFromMs);
  }

  /** `input_audio_buffer.clear`: what was written and not committed is gone, with its words. */
  clear(): void {
    this.#empty();
    this.#words = new TurnWords(this.#words.last);
  }

  #empty(): void {
    this.#pieces = [];
    this.#keptFromMs = this.#writtenMs;
    this.#vad.reset();
  }
}
