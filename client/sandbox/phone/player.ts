const RATE_HERTZ = 8_000;
/** Sound is played this much late, so that a late piece leaves no hole. */
const AHEAD_SECONDS = 0.12;
/** Beyond this the page has fallen behind (a sleeping tab): pieces are left out until it has caught up. */
const MAX_BEHIND_SECONDS = 0.6;
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
    const now = this.#context.currentTime;
    if (this.#nextAt > now + MAX_BEHIND_SECONDS) return;
    if (this.#nextAt < now) this.#nextAt = now + AHEAD_SECONDS;
    const piece = this.#context.createBuffer(1, samples.length, RATE_HERTZ);
    piece.copyToChannel(
      Float32Array.from(samples, (sample) => sample / FULL_SCALE),
      0,
    );
    const source = new AudioBufferSourceNode(this.#context, { buffer: piece });
    source.connect(this.#context.destination);
    source.start(this.#nextAt);
    this.#nextAt += samples.length / RATE_HERTZ;
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
