import { decodeMulaw } from "#shared/mulaw.ts";

const HEADER_BYTES = 44;
const RATE_HERTZ = 8000;
const SAMPLE_BYTES = 2;
const LOUDEST = 32_767;

/** Two voices on one channel. */
function mixed(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, at) => Math.max(-LOUDEST - 1, Math.min(LOUDEST, sample + (other[at] ?? 0))));
}

/** A RIFF file of 16-bit linear samples at 8 kHz, as Twilio serves recordings; channels are equally long. */
function wavFile(channels: readonly Int16Array[]): Buffer {
  const frames = channels[0]?.length ?? 0;
  const blockBytes = channels.length * SAMPLE_BYTES;
  const file = Buffer.alloc(HEADER_BYTES + frames * blockBytes);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(RATE_HERTZ, 24);
  file.writeUInt32LE(RATE_HERTZ * blockBytes, 28);
  file.writeUInt16LE(blockBytes, 32);
  file.writeUInt16LE(SAMPLE_BYTES * 8, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(frames * blockBytes, 40);
  channels.forEach((samples, channel) => {
    samples.forEach((sample, at) =>
      file.writeInt16LE(sample, HEADER_BYTES + at * blockBytes + channel * SAMPLE_BYTES),
    );
  });
  return file;
}

/** µ-law bytes of both directions as a WAV file: side by side, or mixed onto one channel. */
export function wavOfCall(first: Uint8Array, second: Uint8Array, channels: 1 | 2): Buffer {
  const [one, other] = [decodeMulaw(first), decodeMulaw(second)];
  return wavFile(channels === 2 ? [one, other] : [mixed(one, other)]);
}
