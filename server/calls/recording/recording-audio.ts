import { CHANNELS } from "#server/calls/recording/two-channels.ts";
import { WAV_HEADER_BYTES, wavHeader } from "#server/calls/recording/wav.ts";
import { MULAW_BYTES_PER_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";

/** What lies on some disk: its place on the call's time line, and how long it is. */
export type WholePart = { name: string; startMs: number; durationMs: number; origin?: string };

/** A stretch of the file that is served. */
type Piece = { at: number; bytes: number } & (
  | { kind: "header" }
  | { kind: "silence" }
  | { kind: "part"; part: WholePart }
);

/** Reads bytes `from` up to and without `to` of the audio of one part. @throws when it cannot be had */
export type ReadPart = (part: WholePart, from: number, to: number) => Promise<AsyncIterable<Uint8Array>>;

const SILENT_BYTES = 16_384;
const silence = Buffer.alloc(SILENT_BYTES, MULAW_SILENCE);
const bytesOf = (ms: number) => Math.round(ms * MULAW_BYTES_PER_MS) * CHANNELS;

/**
 * The parts of a recording as one WAV file on the call's time line [CL366]: between two parts, while nobody was connected, it is silent. The file
 * is never made; any range of it is read from where it lies.
 */
export class RecordingAudio {
  readonly sizeBytes: number;
  /** From the answer of the call to the first sample. */
  readonly startMs: number;
  readonly #pieces: Piece[] = [];

  constructor(parts: readonly WholePart[]) {
    const inOrder = parts.toSorted((a, b) => a.startMs - b.startMs);
    this.startMs = inOrder[0]?.startMs ?? 0;
    let at = WAV_HEADER_BYTES;
    this.#pieces.push({ kind: "header", at: 0, bytes: WAV_HEADER_BYTES });
    for (const part of inOrder) {
      // Two servers' clocks may put a part a little into the one before it: it follows at once.
      const gap = bytesOf(part.startMs - this.startMs) + WAV_HEADER_BYTES - at;
      if (gap > 0) this.#pieces.push({ kind: "silence", at, bytes: gap });
      at += Math.max(0, gap);
      const bytes = bytesOf(part.durationMs);
      this.#pieces.push({ kind: "part", part, at, bytes });
      at += bytes;
    }
    this.sizeBytes = at;
  }

  get durationMs(): number {
    return (this.sizeBytes - WAV_HEADER_BYTES) / CHANNELS / MULAW_BYTES_PER_MS;
  }

  /** Bytes `from` up to and without `to` of the file. @throws what `readPart` throws */
  async *read(from: number, to: number, readPart: ReadPart): AsyncGenerator<Uint8Array> {
    for (const piece of this.#pieces) {
      const [first, end] = [Math.max(from - piece.at, 0), Math.min(to - piece.at, piece.bytes)];
      if (first >= end) continue;
      if (piece.kind === "header") yield wavHeader(this.sizeBytes - WAV_HEADER_BYTES).subarray(first, end);
      else if (piece.kind === "part") yield* await readPart(piece.part, first, end);
      else yield* silent(end - first);
    }
  }
}

function* silent(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= SILENT_BYTES)
    yield silence.subarray(0, Math.min(left, SILENT_BYTES));
}
