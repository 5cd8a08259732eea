import type { Clock } from "#server/lib/clock.ts";
import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";

const PROBE = "probe.";
/** A probe that takes longer met audio that was still playing, or a stalled network: it measures nothing. */
const MAX_ROUND_TRIP_MS = 1000;

/**
 * How far the phone has played what it was sent, between two marks. The network plays whole frames of 20 ms, one after the other from the first
 * sound; a mark comes back half a round trip after the frame it stands behind, and what we send now arrives half a round trip later. Round
 * trips are measured with marks behind nothing, which come back at once. Times are ms of audio since the phone began to play.
 */
export class PlaybackClock {
  readonly #clock: Clock;
  readonly #sendMark: (name: string) => void;
  #probes = 0;
  #probing: { name: string; sentAtMs: number } | null = null;
  /** The shortest of the call: what is above it is queueing, not distance. */
  #roundTripMs: number | null = null;
  #beganAtMs = 0;
  #lastMark: { ms: number; atMs: number } | null = null;
  /** Ms of audio of this playing that are out of the books: heard to their end. */
  settledMs = 0;

  constructor(clock: Clock, sendMark: (name: string) => void) {
    this.#clock = clock;
    this.#sendMark = sendMark;
  }

  /** Measures the round trip; only when nothing plays. */
  probe() {
    this.#probes += 1;
    this.#probing = { name: `${PROBE}${this.#probes}`, sentAtMs: this.#clock.monotonicMs() };
    this.#sendMark(this.#probing.name);
  }

  /** True when the mark was a probe. */
  probed(name: string): boolean {
    if (name !== this.#probing?.name) return name.startsWith(PROBE);
    const tookMs = this.#clock.monotonicMs() - this.#probing.sentAtMs;
    this.#probing = null;
    if (tookMs <= MAX_ROUND_TRIP_MS) this.#roundTripMs = Math.min(tookMs, this.#roundTripMs ?? tookMs);
    return true;
  }

  /** The first sound is sent to a phone that plays nothing. */
  begins() {
    // What comes back from now on waited for the audio.
    this.#probing = null;
    this.#beganAtMs = this.#clock.monotonicMs();
    this.#lastMark = null;
    this.settledMs = 0;
  }

  /** Sound is sent to a phone that has played everything, `ms` since it began: the pause was no playing. */
  resumes(ms: number) {
    this.#beganAtMs = this.#clock.monotonicMs() - ms;
    this.#lastMark = null;
  }

  heard(ms: number) {
    if (this.#lastMark !== null && ms <= this.#lastMark.ms) return;
    this.#lastMark = { ms, atMs: this.#clock.monotonicMs() };
  }

  ended() {
    this.#lastMark = null;
    this.settledMs = 0;
  }

  /** What the phone will have played when it reads a message sent now; not beyond the frame of `nextMarkMs`, whose mark has not come. */
  positionMs(nextMarkMs: number): number {
    const roundTripMs = this.#roundTripMs ?? 0;
    const now = this.#clock.monotonicMs();
    // A frame that has begun is played to its end; with the mark the next one begins.
    const frames =
      this.#lastMark === null
        ? Math.round((now - this.#beganAtMs) / MULAW_FRAME_MS)
        : Math.ceil(this.#lastMark.ms / MULAW_FRAME_MS) +
          1 +
          Math.floor((now - this.#lastMark.atMs + roundTripMs) / MULAW_FRAME_MS);
    const limit = Math.ceil(nextMarkMs / MULAW_FRAME_MS) + Math.ceil(roundTripMs / MULAW_FRAME_MS);
    return Math.min(frames, limit) * MULAW_FRAME_MS;
  }
}
