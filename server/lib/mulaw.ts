import { DECODED_MULAW } from "#shared/mulaw.ts";

/**
 * G.711 µ-law at 8 kHz, the only audio format on our wires (Twilio media streams and OpenAI `audio/pcmu`).
 * One byte is one sample, 8 bytes are 1 ms, one frame is 20 ms.
 */
export const MULAW_BYTES_PER_MS = 8;
export const MULAW_FRAME_MS = 20;
export const MULAW_FRAME_BYTES = MULAW_BYTES_PER_MS * MULAW_FRAME_MS;
/** The byte of digital silence. */
export const MULAW_SILENCE = 0xff;

/** Root mean square of a piece of µ-law audio, 0 (silence) to 32767. */
export function loudness(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  let sum = 0;
  for (const byte of bytes) {
    const sample = DECODED_MULAW[byte] ?? 0;
    sum += sample * sample;
  }
  return Math.sqrt(sum / bytes.length);
}

/** Playing time of µ-law audio, ms. */
export function mulawMs(byteCount: number): number {
  return byteCount / MULAW_BYTES_PER_MS;
}

/** How many bytes a base64 text stands for, without decoding it. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
