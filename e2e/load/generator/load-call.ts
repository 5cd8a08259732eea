import { Ear } from "#e2e/load/generator/ear.ts";
import type { Measures } from "#e2e/load/generator/measures.ts";
import {
  FRAME_BYTES,
  FrameLedger,
  type LedgerCounts,
  readFrame,
  writeFrame,
} from "#e2e/load/generator/numbered-audio.ts";

export const FRAME_MS = 20;
/** What the voice peer sends at once. */
export const PIECE_FRAMES = 15;
const REMEMBERED = 256;

const scratch = Buffer.alloc(64 * 1024);

export type FrameReport = LedgerCounts & {
  sent: number;
  lostAtStart: number;
  lostInside: number;
  lostAtEnd: number;
};

/** 5 s and 1 s: what counts as the beginning and the end of a call. */
const [START_FRAMES, END_FRAMES] = [250, 50];

/** One call as both ends know it: the phone sends into it and listens, the voice peer hears and answers. */
export class LoadCall {
  readonly number: number;
  readonly ear = new Ear();
  /** Utterances of the agent so far; the newest has this number. */
  parts = 0;
  /** Called when the phone was cleared, with the time. */
  onCleared: ((nowMs: number) => void) | null = null;
  /** What of each utterance was heard when the phone was cleared last, ms. */
  heardAtClear = new Map<number, number>();
  /** Agent audio that came after the clear that cut it. */
  stale = 0;
  agentLost = 0;
  readonly agentCounts: LedgerCounts = { received: 0, repeated: 0, reordered: 0, changed: 0 };
  readonly #measures: Measures;
  readonly #sentAtMs = new Float64Array(REMEMBERED);
  readonly #pieceSentAtMs = new Float64Array(REMEMBERED);
  readonly #consumer = new FrameLedger();
  readonly #frame = Buffer.alloc(FRAME_BYTES);
  readonly #carry = Buffer.alloc(FRAME_BYTES);
  #carried = 0;
  #sent = 0;
  #cutPart = 0;
  #agent = { part: 0, ledger: new FrameLedger() };

  constructor(number: number, measures: Measures) {
    this.number = number;
    this.#measures = measures;
  }

  /** The next 20 ms of the consumer, base64. */
  nextFrame(nowMs: number): { payload: string; number: number } {
    const number = this.#sent++;
    writeFrame(this.#frame, 0, { stream: this.number, part: 0, number });
    this.#sentAtMs[number % REMEMBERED] = nowMs;
    return { payload: this.#frame.toString("base64", 0, FRAME_BYTES), number };
  }

  /** The voice peer got these frames of the consumer. */
  heardConsumer(audio: Buffer, nowMs: number): void {
    for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
      const frame = readFrame(audio, at);
      if (frame === null) continue;
      this.#consumer.take(frame.number, frame.intact && frame.stream === this.number);
      this.#measures.inbound.add(nowMs - (this.#sentAtMs[frame.number % REMEMBERED] ?? nowMs));
    }
  }

  /** The voice peer says the next 300 ms of an utterance; base64. */
  nextPiece(part: number, piece: number, nowMs: number): string {
    const first = piece * PIECE_FRAMES;
    for (let index = 0; index < PIECE_FRAMES; index++) {
      writeFrame(scratch, index * FRAME_BYTES, { stream: this.number, part, number: first + index });
    }
    this.#pieceSentAtMs[piece % REMEMBERED] = nowMs;
    return scratch.toString("base64", 0, PIECE_FRAMES * FRAME_BYTES);
  }

  /** The phone got audio of the agent: pieces of any length. */
  heardAgent(payload: Buffer, nowMs: number): void {
    const length = scratch.write(payload.toString("latin1"), "base64");
    let at = 0;
    while (at < length) {
      const taken = Math.min(FRAME_BYTES - this.#carried, length - at);
      scratch.copy(this.#carry, this.#carried, at, at + taken);
      this.#carried += taken;
      at += taken;
      if (this.#carried === FRAME_BYTES) this.#agentFrame(nowMs);
    }
  }

  mark(name: string, nowMs: number): void {
    this.ear.mark(name, (this.#carried / FRAME_BYTES) * FRAME_MS, nowMs);
  }

  #agentFrame(nowMs: number): void {
    this.#carried = 0;
    const frame = readFrame(this.#carry, 0);
    if (frame === null) return;
    if (frame.part !== this.#agent.part) {
      this.closePart(0);
      this.#agent = { part: frame.part, ledger: new FrameLedger() };
    }
    this.#agent.ledger.take(frame.number, frame.intact && frame.stream === this.number);
    if (frame.part <= this.#cutPart) this.stale += 1;
    const sentAtMs = this.#pieceSentAtMs[Math.floor(frame.number / PIECE_FRAMES) % REMEMBERED] ?? nowMs;
    this.#measures.outbound.add(nowMs - sentAtMs);
    this.ear.take(frame.part, frame.number * FRAME_MS, FRAME_MS, nowMs);
  }

  /** Nothing of the utterance that sounds is still to come; `frames` of it had to arrive, 0 when it was cut. */
  closePart(frames: number): void {
    const { ledger } = this.#agent;
    this.agentLost += ledger.lost(frames).length;
    for (const key of ["received", "repeated", "reordered", "changed"] as const) {
      this.agentCounts[key] += ledger.counts[key];
    }
    this.#agent = { part: 0, ledger: new FrameLedger() };
  }

  /** The phone was told to throw away what it has not played. Returns the marks that go back. */
  clear(nowMs: number): string[] {
    this.#carried = 0;
    this.heardAtClear = new Map();
    for (const part of [this.parts - 1, this.parts]) {
      this.heardAtClear.set(part, this.ear.heardMs(part, nowMs));
    }
    this.#cutPart = this.parts;
    const marks = this.ear.clear(nowMs);
    this.onCleared?.(nowMs);
    return marks;
  }

  report(): FrameReport {
    const lost = this.#consumer.lost(this.#sent);
    const lostAtStart = lost.filter((number) => number < START_FRAMES).length;
    const lostAtEnd = lost.filter(
      (number) => number >= Math.max(START_FRAMES, this.#sent - END_FRAMES),
    ).length;
    return {
      ...this.#consumer.counts,
      sent: this.#sent,
      lostAtStart,
      lostInside: lost.length - lostAtStart - lostAtEnd,
      lostAtEnd,
    };
  }
}
