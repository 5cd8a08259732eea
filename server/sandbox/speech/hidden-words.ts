import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { type AudioCheck, FrameLedger } from "#server/sandbox/speech/frame-ledger.ts";
import {
  type HeardFrame,
  looksLike,
  MAX_FRAMES,
  readFrame,
  SLICE_BYTES,
  utf8Bytes,
  writeFrame,
} from "#server/sandbox/speech/hidden-frame.ts";
import type { SpanMs } from "#server/sandbox/speech/speech-job.ts";
import { charactersDue } from "#server/sandbox/speech/word-timing.ts";

/** Cuts the text over the frames of its audio; more frames follow when the words do not fit. */
function sliceText(mulaw: Uint8Array, text: string, spoken: readonly SpanMs[]): string[] {
  const characters = [...text];
  const due = charactersDue(mulaw, text, spoken);
  const slices: string[] = [];
  let taken = 0;
  while (slices.length < due.length || taken < characters.length) {
    let slice = "";
    let size = 0;
    for (; taken < (due[slices.length] ?? characters.length); taken++) {
      const character = characters[taken] ?? "";
      size += utf8Bytes(character);
      if (size > SLICE_BYTES) break;
      slice += character;
    }
    slices.push(slice);
  }
  return slices;
}

/**
 * Puts the words of an utterance into its own audio, so that whoever hears the audio, and only the part that
 * was heard, knows the words. The result is a copy, filled up with silence to whole 20 ms frames (and to as
 * many as the words need). The change is the lowest bit of each sample: inaudible, also on silence.
 * @param utteranceId unsigned 32 bit; give every utterance of one audio stream its own
 * @param spoken when the voice speaks between its pauses, where the synthesiser tells
 * @throws RangeError above 65 535 frames
 */
export function hideWords(
  mulaw: Uint8Array,
  text: string,
  utteranceId: number,
  spoken: readonly SpanMs[] = [],
): Uint8Array {
  const slices = sliceText(mulaw, text.toWellFormed().replaceAll("\0", ""), spoken);
  if (slices.length > MAX_FRAMES) throw new RangeError("An utterance is at most 65535 frames long.");
  const audio = new Uint8Array(slices.length * MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
  audio.set(mulaw);
  for (const [frameIndex, slice] of slices.entries()) {
    const at = frameIndex * MULAW_FRAME_BYTES;
    const samples = audio.subarray(at, at + MULAW_FRAME_BYTES);
    writeFrame(samples, { utteranceId, frameIndex, frameCount: slices.length, text: slice });
  }
  return audio;
}

/**
 * Hears hidden words in a stream of µ-law audio that may be chunked and cut anywhere. Audio without words
 * passes unnoticed. Holds at most two frames.
 */
export class WordListener {
  readonly #ledger = new FrameLedger();
  #bytes = new Uint8Array(0);
  /** Where the next frame may start; the bytes before are the last 20 ms, for a second look. */
  #at = 0;
  /** Where the next frame starts if the audio goes on evenly. */
  #slotAt = 0;

  /** Takes the next piece of audio; returns the frames that became whole, in the order they were heard. */
  push(bytes: Uint8Array): HeardFrame[] {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
    const heard: HeardFrame[] = [];
    while (this.#at + MULAW_FRAME_BYTES <= joined.length) {
      const frame = readFrame(joined, this.#at);
      if (frame) {
        this.#book(frame);
        heard.push(frame);
        this.#at += MULAW_FRAME_BYTES;
        this.#slotAt = this.#at;
      } else {
        this.#at++;
        if (this.#at === this.#slotAt + MULAW_FRAME_BYTES) this.#judgeSlot();
      }
    }
    this.#forget();
    return heard;
  }

  /** The sender (`clear`) or a hang-up ended the audio here on purpose: the missing tail is no loss. */
  cutHere(): void {
    this.#ledger.cutHere();
    this.#bytes = new Uint8Array(0);
    this.#at = 0;
    this.#slotAt = 0;
  }

  /**
   * The account of everything heard so far. By default as if the audio ended now, so the missing tail of an
   * unfinished, uncut utterance counts as lost; `{ ended: false }` leaves that open while audio still comes.
   */
  check({ ended = true }: { ended?: boolean } = {}): AudioCheck {
    return this.#ledger.check(ended);
  }

  /** The first frame of an utterance has no forerunner that announces it: look back for a damaged one. */
  #book(frame: HeardFrame): void {
    const before = { ...frame, frameIndex: frame.frameIndex - 1 };
    const isSecond = frame.frameIndex === 1 && this.#ledger.expected()?.utteranceId !== frame.utteranceId;
    if (isSecond && looksLike(this.#bytes, this.#at - MULAW_FRAME_BYTES, before))
      this.#ledger.damaged(before);
    this.#ledger.heard(frame);
  }

  /** 20 ms went by without a whole frame: it is a damaged one if it still looks like the expected one. */
  #judgeSlot(): void {
    const expected = this.#ledger.expected();
    if (expected && looksLike(this.#bytes, this.#slotAt, expected)) {
      this.#ledger.damaged(expected);
      this.#slotAt += MULAW_FRAME_BYTES;
    }
  }

  #forget(): void {
    const from = Math.max(0, this.#at - MULAW_FRAME_BYTES);
    this.#bytes = this.#bytes.subarray(from);
    this.#at -= from;
    this.#slotAt -= from;
  }
}
