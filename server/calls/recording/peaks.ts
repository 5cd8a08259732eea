import { CHANNELS } from "#server/calls/recording/two-channels.ts";
import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { decodeMulaw } from "#shared/mulaw.ts";

/** Bars of a waveform in one second of audio. */
export const PEAKS_PER_SECOND = 10;
const WINDOW_BYTES = (1000 / PEAKS_PER_SECOND) * MULAW_BYTES_PER_MS * CHANNELS;
const LOUDEST = 32_767;

/** How loud each side is in each tenth of a second, 0 to 255, as base64 of one byte each. */
export type Peaks = { consumer: string; agent: string };

const LEVELS = Uint8Array.from(decodeMulaw(Uint8Array.from({ length: 256 }, (_, byte) => byte)), (sample) =>
  Math.round((Math.abs(sample) / LOUDEST) * 255),
);

/** Reads interleaved µ-law audio once, a piece at a time, so that nothing else waits for it. */
export async function peaksOf(audio: AsyncIterable<Uint8Array>, audioBytes: number): Promise<Peaks> {
  const bars = Math.ceil(audioBytes / WINDOW_BYTES);
  const [consumer, agent] = [new Uint8Array(bars), new Uint8Array(bars)];
  let at = 0;
  for await (const bytes of audio) {
    for (const byte of bytes) {
      const lane = at % CHANNELS === 0 ? consumer : agent;
      const bar = Math.floor(at / WINDOW_BYTES);
      lane[bar] = Math.max(lane[bar] ?? 0, LEVELS[byte] ?? 0);
      at += 1;
    }
  }
  return {
    consumer: Buffer.from(consumer).toString("base64"),
    agent: Buffer.from(agent).toString("base64"),
  };
}
