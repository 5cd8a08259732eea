/** G.711 µ-law at 8 kHz to and from linear samples, for both ends of a wire. One byte is one sample. */
export const MULAW_RATE_HERTZ = 8000;

const BIAS = 0x84;
const CLIP = 32_635;

function decodeSample(byte: number): number {
  const bits = ~byte & 0xff;
  const exponent = (bits >> 4) & 7;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << exponent) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** The linear sample of each µ-law byte. */
export const DECODED_MULAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => decodeSample(byte));

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(CLIP, Math.abs(sample)) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** 16-bit linear samples to µ-law bytes (ITU-T G.711). */
export function encodeMulaw(samples: Int16Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(samples, encodeSample);
}

/** µ-law bytes to 16-bit linear samples (ITU-T G.711). */
export function decodeMulaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => DECODED_MULAW[byte] ?? 0);
}
