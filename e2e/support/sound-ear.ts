import { wordsIn } from "#e2e/support/recording.ts";
import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";

type Lane = { pieces: Uint8Array[]; next: number | null };

/** What somebody who listens to a call hears, and what is missing in it. */
export class SoundEar {
  readonly holes: string[] = [];
  readonly #lanes: Record<SoundLane, Lane> = {
    agent: { pieces: [], next: null },
    consumer: { pieces: [], next: null },
  };

  hear(lane: SoundLane, frameNumber: number, sent: ArrayBuffer | Uint8Array) {
    const bytes = new Uint8Array(sent);
    const heard = this.#lanes[lane];
    if (heard.next !== null && heard.next !== frameNumber)
      this.holes.push(`${lane}: ${heard.next} was due and ${frameNumber} came`);
    heard.next = frameNumber + bytes.length / MULAW_FRAME_BYTES;
    heard.pieces.push(bytes);
  }

  /** The words inside the sound of one lane. */
  words(lane: SoundLane): string {
    return wordsIn(Buffer.concat(this.#lanes[lane].pieces)).words;
  }
}
