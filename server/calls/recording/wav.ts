import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { CHANNELS } from "#server/calls/recording/two-channels.ts";

/**
 * A WAV file of µ-law at 8 kHz in two channels (WAVE_FORMAT_MULAW, 7), as Microsoft's "Multiple channel audio data and WAVE files" has it: a `fmt `
 * chunk of 18 bytes, a `fact` chunk because it is not PCM, then the samples. Nothing is transcoded.
 */
export const WAV_HEADER_BYTES = 58;
const FORMAT_MULAW = 7;
const FMT_BYTES = 18;
const RATE_HZ = 8000;

/** The header of a file with so many bytes of audio, a multiple of the channels. */
export function wavHeader(audioBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(WAV_HEADER_BYTES - 8 + audioBytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(FMT_BYTES, 16);
  header.writeUInt16LE(FORMAT_MULAW, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(RATE_HZ * CHANNELS, 28);
  header.writeUInt16LE(CHANNELS, 32);
  header.writeUInt16LE(8, 34);
  // Bytes 36 and 37: no extension.
  header.write("fact", 38, "latin1");
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(audioBytes / CHANNELS, 46);
  header.write("data", 50, "latin1");
  header.writeUInt32LE(audioBytes, 54);
  return header;
}

/** Bytes of audio in a file of this size that was never finished: whole samples of both channels. */
export function wholeAudioBytes(fileBytes: number): number {
  const audio = Math.max(0, fileBytes - WAV_HEADER_BYTES);
  return audio - (audio % CHANNELS);
}

export const wavMs = (audioBytes: number) => audioBytes / CHANNELS / MULAW_BYTES_PER_MS;
