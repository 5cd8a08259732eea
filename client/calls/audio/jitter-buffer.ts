import type { SoundLane } from "#shared/contract/sockets.ts";
import { DECODED_MULAW, MULAW_RATE_HERTZ } from "#shared/mulaw.ts";

const FRAME_SAMPLES = 160;
const SAMPLES_PER_MS = MULAW_RATE_HERTZ / 1000;
/** What is kept back, so that a late piece leaves no hole: pieces are 200 ms long. */
const TARGET_SAMPLES = 400 * SAMPLES_PER_MS;
/** More than this behind, and the listener jumps ahead: a tab that slept must not hear the past. */
const MOST_SAMPLES = 1200 * SAMPLES_PER_MS;
/** Room for what is played and what comes; a piece that does not fit is of another stream. */
const RING_SAMPLES = 4000 * SAMPLES_PER_MS;
const FULL_SCALE = 32_768;

export type BufferState = {
  /** Ms that wait to be played. */
  bufferedMs: number;
  /** How often it ran dry. */
  underruns: number;
};

/** Evens out live sound: pieces come in bunches and too late, and samples go out one after the other. Both lanes share one time line; holes are silence [UI58]. */
export class JitterBuffer {
  readonly #lanes: Record<SoundLane, Float32Array> = {
    agent: new Float32Array(RING_SAMPLES),
    consumer: new Float32Array(RING_SAMPLES),
  };
  /** Where the next sample that is played, and the one behind the last that came, lie on the time line of the call; null before the first piece. */
  #at: number | null = null;
  #end = 0;
  #plays = false;
  #underruns = 0;

  get state(): BufferState {
    const waiting = this.#at === null ? 0 : this.#end - this.#at;
    return { bufferedMs: waiting / SAMPLES_PER_MS, underruns: this.#underruns };
  }

  write(lane: SoundLane, frameNumber: number, mulaw: Uint8Array) {
    const from = frameNumber * FRAME_SAMPLES;
    const to = from + mulaw.length;
    // The other lane of the same piece came already, or the call goes on in another stream.
    const isOther = this.#at === null || from < this.#at - RING_SAMPLES / 2 || to > this.#at + RING_SAMPLES;
    if (isOther) this.#begin(from);
    for (let index = 0; index < mulaw.length; index++) {
      if (from + index < (this.#at ?? 0)) continue;
      this.#lanes[lane][(from + index) % RING_SAMPLES] = (DECODED_MULAW[mulaw[index] ?? 0] ?? 0) / FULL_SCALE;
    }
    this.#end = Math.max(this.#end, to);
  }

  /** Fills `out` with the next samples, both lanes mixed but for those that are muted. */
  read(out: Float32Array, muted: ReadonlySet<SoundLane>) {
    out.fill(0);
    if (this.#at === null || !this.#mayPlay(out.length)) return;
    for (const lane of ["agent", "consumer"] as const) {
      const samples = this.#lanes[lane];
      for (let index = 0; index < out.length; index++) {
        const place = (this.#at + index) % RING_SAMPLES;
        if (!muted.has(lane)) out[index] = (out[index] ?? 0) + (samples[place] ?? 0);
        samples[place] = 0;
      }
    }
    this.#at += out.length;
  }

  #mayPlay(samples: number): boolean {
    const at = this.#at ?? 0;
    const waiting = this.#end - at;
    if (this.#plays && waiting < samples) {
      this.#plays = false;
      this.#underruns += 1;
    }
    if (!this.#plays && waiting >= TARGET_SAMPLES) this.#plays = true;
    if (this.#plays && waiting > MOST_SAMPLES) this.#skipTo(this.#end - TARGET_SAMPLES);
    return this.#plays;
  }

  #skipTo(place: number) {
    for (let at = this.#at ?? place; at < place; at++)
      for (const samples of Object.values(this.#lanes)) samples[at % RING_SAMPLES] = 0;
    this.#at = place;
  }

  #begin(at: number) {
    for (const samples of Object.values(this.#lanes)) samples.fill(0);
    this.#at = at;
    this.#end = at;
    this.#plays = false;
  }
}
