import { WAV_HEADER_BYTES, wavHeader, wavMs, wholeAudioBytes } from "#server/calls/recording/wav.ts";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** A recording while it is written: the header comes first with no length, so that a killed server leaves a file that can be finished. */
export type PartFile = {
  append(bytes: Uint8Array): Promise<void>;
  /** Closes it without touching what was written. Idempotent. */
  close(): Promise<void>;
};

/** Where recordings are kept. Every method rejects with the file system's own error. */
export type RecordingFiles = {
  create(name: string): Promise<PartFile>;
  /** Makes a file whole that was closed or left behind; ms of audio, null when it is not here. Safe to repeat. */
  finish(name: string): Promise<number | null>;
  /** Of the whole file, header included; null when it is not here. */
  size(name: string): Promise<number | null>;
  /** Bytes `from` up to and without `to` of the file. The stream fails when it is not here. */
  read(name: string, from: number, to: number): AsyncIterable<Uint8Array>;
  /** Also when it is not here. */
  remove(name: string): Promise<void>;
  /** What is here. */
  names(): Promise<Set<string>>;
};

/** Recordings in one folder of this machine, readable by the server's own user only. */
export function recordingFolder(folder: string): RecordingFiles {
  const pathOf = (name: string) => join(folder, name);
  return {
    async create(name) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(pathOf(name), "wx", 0o600);
      let closing: Promise<void> | null = null;
      await file.appendFile(wavHeader(0));
      return {
        append: (bytes) => file.appendFile(bytes),
        close: () => (closing ??= file.close()),
      };
    },
    finish: (name) => finish(pathOf(name)),
    size: async (name) => (await unlessAbsent(stat(pathOf(name)), null))?.size ?? null,
    read: (name, from, to) => createReadStream(pathOf(name), { start: from, end: to - 1 }),
    remove: (name) => rm(pathOf(name), { force: true }),
    async names() {
      return new Set(await unlessAbsent(readdir(folder), []));
    },
  };
}

async function finish(path: string): Promise<number | null> {
  const file = await unlessAbsent(open(path, "r+"), null);
  if (file === null) return null;
  try {
    const audioBytes = wholeAudioBytes((await file.stat()).size);
    await file.truncate(WAV_HEADER_BYTES + audioBytes);
    await file.write(wavHeader(audioBytes), 0, WAV_HEADER_BYTES, 0);
    await file.datasync();
    return wavMs(audioBytes);
  } finally {
    await file.close();
  }
}

/** A file or folder that is not there is an answer; everything else is an error. */
async function unlessAbsent<Value>(work: Promise<Value>, absent: Value): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return absent;
    throw error;
  }
}
