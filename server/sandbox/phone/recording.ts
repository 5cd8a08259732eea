import { loudness, MULAW_FRAME_BYTES, MULAW_SILENCE, mulawMs } from "#server/lib/mulaw.ts";
import type { Beat } from "#server/sandbox/phone/line.ts";
import { newSid } from "#server/sandbox/phone/sids.ts";
import type { RecordingNoun } from "#server/sandbox/phone/twiml-verbs.ts";
import { wavOfCall } from "#server/sandbox/phone/wav.ts";

export type RecordingSource =
  | "StartCallRecordingTwiML"
  | "OutboundAPI"
  | "StartCallRecordingAPI"
  | "RecordVerb";
export type RecordingStatus = "in-progress" | "paused" | "processing" | "completed" | "absent";

/** Below this nothing is to be heard: what trimming takes away. */
const SILENT_LOUDNESS = 100;
/** Grows by doubling; 8 s to begin with. */
const FIRST_BYTES = 64_000;

/** Bytes that arrive 20 ms at a time. */
class Track {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  add(frame: Uint8Array): void {
    if (this.#length + frame.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(frame, this.#length);
    this.#length += frame.length;
  }

  read(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);

/** One recording of a call: both directions, exactly the bytes that were spoken and played. */
export class Recording {
  readonly sid = newSid("RE");
  readonly callSid: string;
  readonly noun: RecordingNoun;
  readonly source: RecordingSource;
  readonly startedAtMs: number;
  readonly #played = new Track();
  readonly #spoken = new Track();
  /** First and last frame in which somebody was to be heard. */
  #sounds: { first: number; last: number } | null = null;
  #frames = 0;
  #pause: "skip" | "silence" | null = null;
  #status: RecordingStatus = "in-progress";
  #endedAtMs: number | null = null;

  constructor(callSid: string, noun: RecordingNoun, source: RecordingSource, startedAtMs: number) {
    this.callSid = callSid;
    this.noun = noun;
    this.source = source;
    this.startedAtMs = startedAtMs;
  }

  get status(): RecordingStatus {
    return this.#status;
  }

  /** Null while it runs. */
  get endedAtMs(): number | null {
    return this.#endedAtMs;
  }

  get isRunning(): boolean {
    return this.#status === "in-progress" || this.#status === "paused";
  }

  /** Whole seconds, as Twilio counts them. */
  get durationSeconds(): number {
    const [from, to] = this.#range();
    return Math.round(mulawMs((to - from) * MULAW_FRAME_BYTES) / 1000);
  }

  get bytes(): number {
    return 2 * this.#frames * MULAW_FRAME_BYTES;
  }

  take({ played, spoken }: Beat): void {
    if (!this.isRunning || this.#pause === "skip") return;
    const { track } = this.noun;
    const heard = this.#pause === null;
    const [ours, theirs] = [
      heard && track !== "inbound" ? played : SILENCE,
      heard && track !== "outbound" ? spoken : SILENCE,
    ];
    this.#played.add(ours);
    this.#spoken.add(theirs);
    if (loudness(ours) > SILENT_LOUDNESS || loudness(theirs) > SILENT_LOUDNESS) {
      this.#sounds = { first: this.#sounds?.first ?? this.#frames, last: this.#frames };
    }
    this.#frames++;
  }

  /** `skip` leaves the pause out, `silence` keeps its length. */
  pause(behaviour: "skip" | "silence"): void {
    if (!this.isRunning) return;
    this.#pause = behaviour;
    this.#status = "paused";
  }

  resume(): void {
    if (!this.isRunning) return;
    this.#pause = null;
    this.#status = "in-progress";
  }

  /** No more audio. True the first time. */
  end(atMs: number): boolean {
    if (!this.isRunning) return false;
    this.#status = "processing";
    this.#endedAtMs = atMs;
    return true;
  }

  /** The file is ready, or there is none. */
  settle(isAbsent: boolean): void {
    this.#status = isAbsent || this.#frames === 0 ? "absent" : "completed";
  }

  /** @param channels what the listener asked for; the recording's own when they did not say */
  wav(channels: 1 | 2, calleeFirst: boolean): Buffer {
    const [from, to] = this.#range().map((frame) => frame * MULAW_FRAME_BYTES);
    const [ours, theirs] = [this.#played.read().subarray(from, to), this.#spoken.read().subarray(from, to)];
    return calleeFirst ? wavOfCall(theirs, ours, channels) : wavOfCall(ours, theirs, channels);
  }

  #range(): [number, number] {
    if (!this.noun.trims) return [0, this.#frames];
    return this.#sounds ? [this.#sounds.first, this.#sounds.last + 1] : [0, 0];
  }
}
