/**
 * G.711 µ-law at 8 kHz, the only audio format on our wires (Twilio media streams and OpenAI `audio/pcmu`).
 * One byte is one sample, 8 bytes are 1 ms, one frame is 20 ms.
 */
export const MULAW_BYTES_PER_MS = 8;
export const MULAW_FRAME_MS = 20;
export const MULAW_FRAME_BYTES = MULAW_BYTES_PER_MS * MULAW_FRAME_MS;
/** The byte of digital silence. */
export const MULAW_SILENCE = 0xff;

const BIAS = 0x84;
const CLIP = 32_635;

function decodeSample(byte: number): number {
  const bits = ~byte & 0xff;
  const exponent = (bits >> 4) & 7;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << exponent) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

const DECODED = Int16Array.from({ length: 256 }, (_, byte) => decodeSample(byte));

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(CLIP, Math.abs(sample)) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** 16-bit linear samples to µ-law bytes (ITU-T G.711). */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, encodeSample);
}

/** µ-law bytes to 16-bit linear samples (ITU-T G.711). */
export function decodeMulaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => DECODED[byte] ?? 0);
}

/** Root mean square of a piece of µ-law audio, 0 (silence) to 32767. */
export function loudness(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  let sum = 0;
  for (const byte of bytes) {
    const sample = DECODED[byte] ?? 0;
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
