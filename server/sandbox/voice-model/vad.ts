/** What a session's turn detection is set to. */
export type VadSettings = {
  /** 0..1: how loud speech must be. */
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceMs: number;
};

/** On the clock of audio written, ms. */
export type VadEvent = { kind: "started"; startMs: number } | { kind: "stopped"; endMs: number };

type State = { kind: "quiet"; voicedMs: number } | { kind: "speech"; silentMs: number };

/** Shorter sounds are clicks. */
const MIN_VOICED_MS = 60;
/** Speech may get this much quieter than what started it. */
const STAY_RATIO = 0.6;

/** RMS (of 32 767) that counts as voice: 400 (about −38 dBFS) at the usual threshold of 0.5. */
function voiceLevel(threshold: number): number {
  return 100 * 16 ** threshold;
}

/** Turn detection from the loudness of short pieces of audio. Knows only audio written, never the time of day. */
export class EnergyVad {
  #state: State = { kind: "quiet", voicedMs: 0 };
  #atMs = 0;

  get inSpeech(): boolean {
    return this.#state.kind === "speech";
  }

  /** Forgets the turn under way; the clock goes on. */
  reset(): void {
    this.#state = { kind: "quiet", voicedMs: 0 };
  }

  /** Takes the next piece (`level` is its RMS) and says what it changed. */
  push(level: number, pieceMs: number, settings: VadSettings): VadEvent | null {
    this.#atMs += pieceMs;
    const needed = voiceLevel(settings.threshold) * (this.inSpeech ? STAY_RATIO : 1);
    return level >= needed ? this.#voiced(pieceMs, settings) : this.#silent(pieceMs, settings);
  }

  #voiced(pieceMs: number, settings: VadSettings): VadEvent | null {
    if (this.#state.kind === "speech") {
      this.#state = { kind: "speech", silentMs: 0 };
      return null;
    }
    const voicedMs = this.#state.voicedMs + pieceMs;
    if (voicedMs < MIN_VOICED_MS) {
      this.#state = { kind: "quiet", voicedMs };
      return null;
    }
    this.#state = { kind: "speech", silentMs: 0 };
    return { kind: "started", startMs: Math.max(0, this.#atMs - voicedMs - settings.prefixPaddingMs) };
  }

  #silent(pieceMs: number, settings: VadSettings): VadEvent | null {
    if (this.#state.kind === "quiet") {
      this.reset();
      return null;
    }
    const silentMs = this.#state.silentMs + pieceMs;
    if (silentMs < settings.silenceMs) {
      this.#state = { kind: "speech", silentMs };
      return null;
    }
    this.reset();
    return { kind: "stopped", endMs: this.#atMs };
  }
}
