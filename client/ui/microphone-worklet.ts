/** Runs on the browser's audio thread: averages the microphone down to 8 kHz and hands out pieces of 20 ms. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const RATE_HERTZ = 8_000;
const PIECE_SAMPLES = 160;
const FULL_SCALE = 32_767;

class Downsampler extends AudioWorkletProcessor {
  readonly #step = sampleRate / RATE_HERTZ;
  #piece = new Int16Array(PIECE_SAMPLES);
  #filled = 0;
  #sum = 0;
  #count = 0;
  /** Input samples until the next output sample is due; fractions carry over, so nothing drifts. */
  #untilNext = this.#step;

  process([input]: Float32Array[][]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#sum += sample;
      this.#count += 1;
      this.#untilNext -= 1;
      if (this.#untilNext > 0) continue;
      this.#untilNext += this.#step;
      this.#emit(this.#sum / this.#count);
      this.#sum = 0;
      this.#count = 0;
    }
    return true;
  }

  #emit(level: number): void {
    this.#piece[this.#filled] = Math.max(-1, Math.min(1, level)) * FULL_SCALE;
    this.#filled += 1;
    if (this.#filled < PIECE_SAMPLES) return;
    this.port.postMessage(this.#piece, [this.#piece.buffer]);
    this.#piece = new Int16Array(PIECE_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor("downsampler", Downsampler);
