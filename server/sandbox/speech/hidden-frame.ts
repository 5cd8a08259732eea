import { crc32 } from "node:zlib";
import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";

/**
 * One 20 ms frame with words inside. The low bits of its 160 samples, eight to a byte and most significant
 * first, spell 20 bytes: magic (2), utterance id (4), frame index (2), frame count (2), text slice (6, UTF-8,
 * filled up with NUL), CRC-32 (4) of those 16 bytes and of the seven high bits of every sample.
 */
export type HeardFrame = {
  readonly utteranceId: number;
  readonly frameIndex: number;
  readonly frameCount: number;
  /** The words spoken during this frame; mostly empty or one letter. Whole characters, never a half. */
  readonly text: string;
};

const MAGIC = 0x5ac3;
const MAGIC_BYTES = 2;
const HEADER_BYTES = 10;
const CHECKED_BYTES = 16;
const RECORD_BYTES = 20;
/** A frame counts as damaged rather than absent when this many of its 80 header bits are the expected ones. */
const ALIKE_BITS = 70;

/** UTF-8 bytes of text that fit into one frame. */
export const SLICE_BYTES = CHECKED_BYTES - HEADER_BYTES;
/** Frames in one utterance, at most (about 21 minutes). */
export const MAX_FRAMES = 0xffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Header = Omit<HeardFrame, "text">;

function recordOf(header: Header): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES);
  const view = new DataView(record.buffer);
  view.setUint16(0, MAGIC);
  view.setUint32(2, header.utteranceId);
  view.setUint16(6, header.frameIndex);
  view.setUint16(8, header.frameCount);
  return record;
}

function checksum(record: Uint8Array, samples: Uint8Array): number {
  const highBits = samples.map((sample) => sample & 0xfe);
  return crc32(highBits, crc32(record.subarray(0, CHECKED_BYTES)));
}

function lowBits(bytes: Uint8Array, at: number, count: number): Uint8Array {
  const read = new Uint8Array(count);
  for (let index = 0; index < count * 8; index++) {
    const bit = (bytes[at + index] ?? 0) & 1;
    read[index >> 3] = ((read[index >> 3] ?? 0) << 1) | bit;
  }
  return read;
}

/** High bits of the quietest negative samples, one of which decoders read as plain 0: it would not survive 16-bit audio. */
const NEGATIVE_ZERO = 0x7e;
const POSITIVE_ZERO = 0xfe;

/** Writes the words of one frame into the low bits of `samples` (160 bytes, changed in place). */
export function writeFrame(samples: Uint8Array, frame: HeardFrame): void {
  const record = recordOf(frame);
  record.set(encoder.encode(frame.text), HEADER_BYTES);
  for (let index = 0; index < MULAW_FRAME_BYTES; index++) {
    if (((samples[index] ?? 0) & 0xfe) === NEGATIVE_ZERO) samples[index] = POSITIVE_ZERO;
  }
  new DataView(record.buffer).setUint32(CHECKED_BYTES, checksum(record, samples));
  for (let index = 0; index < MULAW_FRAME_BYTES; index++) {
    const bit = ((record[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
    samples[index] = ((samples[index] ?? 0) & 0xfe) | bit;
  }
}

function magicAt(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < MAGIC_BYTES * 8; index++) {
    const bit = (bytes[at + index] ?? 0) & 1;
    if (bit !== ((MAGIC >> (15 - index)) & 1)) return false;
  }
  return true;
}

/** The whole, unchanged frame that starts at `at`, or null. */
export function readFrame(bytes: Uint8Array, at: number): HeardFrame | null {
  if (at + MULAW_FRAME_BYTES > bytes.length || !magicAt(bytes, at)) return null;
  const record = lowBits(bytes, at, RECORD_BYTES);
  const view = new DataView(record.buffer);
  const samples = bytes.subarray(at, at + MULAW_FRAME_BYTES);
  if (view.getUint32(CHECKED_BYTES) !== checksum(record, samples)) return null;
  const slice = record.subarray(HEADER_BYTES, CHECKED_BYTES);
  const end = slice.indexOf(0);
  return {
    utteranceId: view.getUint32(2),
    frameIndex: view.getUint16(6),
    frameCount: view.getUint16(8),
    text: decoder.decode(end < 0 ? slice : slice.subarray(0, end)),
  };
}

/** Whether the audio at `at` is recognisably the frame with this header, its samples being damaged. */
export function looksLike(bytes: Uint8Array, at: number, header: Header): boolean {
  if (at < 0 || at + MULAW_FRAME_BYTES > bytes.length) return false;
  const found = lowBits(bytes, at, HEADER_BYTES);
  const expected = recordOf(header);
  let alike = 0;
  for (let index = 0; index < HEADER_BYTES * 8; index++) {
    const differ = ((found[index >> 3] ?? 0) ^ (expected[index >> 3] ?? 0)) >> (7 - (index & 7));
    if ((differ & 1) === 0) alike++;
  }
  return alike >= ALIKE_BITS;
}

/** UTF-8 length of one character. */
export function utf8Bytes(character: string): number {
  return encoder.encode(character).length;
}
