import { whenToPlay } from "#client/sandbox/phone/when-to-play.ts";

const RATE_HERTZ = 8_000;
const FULL_SCALE = 32_768;

/**
 * Plays 20 ms pieces one after the other without gaps: the context runs at the sound's own rate, so each piece begins on the very
 * sample on which the one before ends.
 */
export class Player {
  readonly #context = new AudioContext({ sampleRate: RATE_HERTZ });
  #nextAt = 0;

  /** Whether the browser lets the page sound; it may not before somebody pressed something. */
  get isAudible(): boolean {
    return this.#context.state === "running";
  }

  /** Resolves once it sounds. For a press of a button. */
  resume(): Promise<void> {
    return this.#context.resume();
  }

  onChange(listener: () => void): void {
    this.#context.addEventListener("statechange", listener);
  }

  play(samples: Int16Array): void {
    if (!this.isAudible || samples.length === 0) return;
    const at = whenToPlay(this.#nextAt, this.#context.currentTime);
    if (at === null) return;
    const piece = this.#context.createBuffer(1, samples.length, RATE_HERTZ);
    piece.copyToChannel(
      Float32Array.from(samples, (sample) => sample / FULL_SCALE),
      0,
    );
    const source = new AudioBufferSourceNode(this.#context, { buffer: piece });
    source.connect(this.#context.destination);
    source.start(at);
    this.#nextAt = at + samples.length / RATE_HERTZ;
  }

  /** The sound of a ringing phone, two seconds on and four off; the returned function stops it. */
  ring(): () => void {
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.connect(this.#context.destination);
    const tones = [440, 480].map((frequency) => new OscillatorNode(this.#context, { frequency }));
    const start = this.#context.currentTime;
    for (let at = start; at < start + 120; at += 6) {
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.setValueAtTime(0, at + 2);
    }
    for (const tone of tones) {
      tone.connect(volume);
      tone.start();
    }
    return () => {
      for (const tone of tones) tone.stop();
      volume.disconnect();
    };
  }

  close(): void {
    void this.#context.close();
  }
}
