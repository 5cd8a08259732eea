import { MULAW_BYTES_PER_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { FarEnd, Line } from "#server/sandbox/phone/line.ts";
import { Playback } from "#server/sandbox/phone/playback.ts";

/** Time one digit, or one `w` of waiting, takes. */
const DIGIT_MS = 500;

/** Silence as long as these digits take to play. Tones carry no words and nobody here listens for them. */
export function digitsAudio(digits: string): Uint8Array {
  return new Uint8Array(digits.length * DIGIT_MS * MULAW_BYTES_PER_MS).fill(MULAW_SILENCE);
}

/** Plays audio into a line; resolves when it was played or taken away (`signal`). */
export function announce(line: Line, audio: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const playback = new Playback(() => resolve());
    const farEnd: FarEnd = { nextFrame: () => playback.nextFrame(), take: () => undefined };
    signal.addEventListener(
      "abort",
      () => {
        playback.clear();
        line.ear.cutHere();
      },
      { once: true },
    );
    playback.push(audio);
    playback.mark("end");
    line.connect(farEnd);
    if (signal.aborted) resolve();
  });
}
