import type { Clock, Timer } from "#server/lib/clock.ts";
import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";

/** Frames came within this time: the stream lives. */
const ALIVE_MS = 1000;
/** A longer gap is not filled up: nobody waits two seconds for the end of a turn. */
const MAX_GAP_FRAMES = 100;
/** Silence after which the voice model ends a turn, and a little more. */
const END_OF_TURN_FRAMES = 40;
/** Somebody speaks, and no frame has come for this long: the phone leg leaves out silence, or stalls (realtime.md §4). */
const STALLED_MS = 750;
/** Speech is noticed some 200 ms after it began. */
const RECENT_FRAMES = 25;
const SILENT_FRAME = Buffer.alloc(MULAW_FRAME_BYTES, MULAW_SILENCE).toString("base64");

/** The consumer's audio on its way to the voice model: as it came, with silence where the phone leg left it out. Never waits. */
export class ConsumerAudio {
  readonly #clock: Clock;
  readonly #append: (payloadBase64: string) => void;
  readonly #recent: string[] = [];
  #last = { timestampMs: 0, atMs: Number.NEGATIVE_INFINITY };
  /** Silence put in since the last frame; the frame after the gap brings a timestamp that counts it again. */
  #filledFrames = 0;
  #stall: Timer | null = null;

  constructor(clock: Clock, append: (payloadBase64: string) => void) {
    this.#clock = clock;
    this.#append = append;
  }

  get alive(): boolean {
    return this.#clock.monotonicMs() - this.#last.atMs < ALIVE_MS;
  }

  frame(payloadBase64: string, timestampMs: number) {
    // Some legs send nothing while nobody speaks; the voice model would then never hear a turn end (twilio.md §6.1).
    const gapMs = timestampMs - this.#last.timestampMs - MULAW_FRAME_MS;
    if (this.#last.timestampMs > 0 && gapMs > MULAW_FRAME_MS) {
      const missing = Math.round(gapMs / MULAW_FRAME_MS) - this.#filledFrames;
      this.#silence(Math.min(missing, MAX_GAP_FRAMES));
    }
    this.#last = { timestampMs, atMs: this.#clock.monotonicMs() };
    this.#filledFrames = 0;
    this.#recent.push(payloadBase64);
    if (this.#recent.length > RECENT_FRAMES) this.#recent.shift();
    this.#append(payloadBase64);
  }

  /** Hands the last half second over again: to a session that has just begun to listen, so that it misses no beginning of a word. */
  replay() {
    for (const payload of this.#recent) this.#append(payload);
  }

  /** From now on the turn is ended with silence when no frames come [CL75]. */
  turnStarted() {
    this.#stall ??= this.#clock.after(STALLED_MS, () => this.#checkStall());
  }

  turnEnded() {
    this.#stall?.cancel();
    this.#stall = null;
  }

  /** Whoever hung up in the middle of a word leaves no silence that would end their turn. */
  endTurn() {
    this.turnEnded();
    this.#silence(END_OF_TURN_FRAMES);
  }

  /** One dose of silence ends the turn; another gap in the next turn gets its own. */
  #checkStall() {
    this.#stall = null;
    const quietMs = this.#clock.monotonicMs() - this.#last.atMs;
    if (quietMs < STALLED_MS) {
      this.#stall = this.#clock.after(STALLED_MS - quietMs, () => this.#checkStall());
      return;
    }
    this.#filledFrames += END_OF_TURN_FRAMES;
    this.#silence(END_OF_TURN_FRAMES);
  }

  #silence(frames: number) {
    for (let frame = 0; frame < frames; frame++) this.#append(SILENT_FRAME);
  }
}
