/**
 * Audio whose every 20 ms say which they are: 160 bytes with the number of the stream, of the part (an utterance of the agent, 0 for the consumer) and of
 * the frame, filled up with a pattern that the number decides. What arrives tells what was lost, repeated, reordered or changed.
 */
export const FRAME_BYTES = 160;
const HEAD_BYTES = 8;
const FILLED_BYTES = FRAME_BYTES - HEAD_BYTES;
const PATTERNS = 64;
const SILENCE = Buffer.alloc(FRAME_BYTES, 0xff);

const FILLERS = Array.from({ length: PATTERNS }, (_, pattern) =>
  Buffer.from(Uint8Array.from({ length: FILLED_BYTES }, (__, at) => (pattern * 37 + at * 11 + 5) & 0x7f)),
);

export type FrameName = { stream: number; part: number; number: number };

export function writeFrame(target: Buffer, at: number, { stream, part, number }: FrameName): void {
  target.writeUInt16BE(stream, at);
  target.writeUInt16BE(part, at + 2);
  target.writeUInt32BE(number, at + 4);
  FILLERS[number % PATTERNS]?.copy(target, at + HEAD_BYTES);
}

/** Null: 20 ms of silence that somebody put in. `intact` false: the bytes are not those that were sent under this number. */
export function readFrame(source: Buffer, at: number): (FrameName & { intact: boolean }) | null {
  if (source.compare(SILENCE, 0, FRAME_BYTES, at, at + FRAME_BYTES) === 0) return null;
  const number = source.readUInt32BE(at + 4);
  const filler = FILLERS[number % PATTERNS];
  const intact =
    filler !== undefined && source.compare(filler, 0, FILLED_BYTES, at + HEAD_BYTES, at + FRAME_BYTES) === 0;
  return { stream: source.readUInt16BE(at), part: source.readUInt16BE(at + 2), number, intact };
}

export type LedgerCounts = { received: number; repeated: number; reordered: number; changed: number };

/** Who arrived of the frames 0, 1, 2 … of one stream. */
export class FrameLedger {
  readonly counts: LedgerCounts = { received: 0, repeated: 0, reordered: 0, changed: 0 };
  readonly #missing = new Set<number>();
  #next = 0;

  take(number: number, intact: boolean): void {
    if (!intact) this.counts.changed += 1;
    if (number >= this.#next) {
      for (let late = this.#next; late < number; late++) this.#missing.add(late);
      this.#next = number + 1;
    } else if (this.#missing.delete(number)) this.counts.reordered += 1;
    else {
      this.counts.repeated += 1;
      return;
    }
    this.counts.received += 1;
  }

  /** The numbers below `sent` that never came; without it, only the holes between those that did. */
  lost(sent = 0): number[] {
    const tail = Array.from({ length: Math.max(0, sent - this.#next) }, (_, index) => this.#next + index);
    return [...this.#missing, ...tail];
  }
}
