import type { PartFile, RecordingFiles } from "#server/calls/recording/recording-files.ts";
import type { Permission, RecordingDesk } from "#server/calls/recording/recordings.ts";
import { WAV_HEADER_BYTES, wavHeader, wavMs, wholeAudioBytes } from "#server/calls/recording/wav.ts";

/** Recordings in memory, on a disk that can be full. */
export function memoryFiles() {
  const disk = { full: false, files: new Map<string, Buffer>() };
  const files: RecordingFiles = {
    async create(name): Promise<PartFile> {
      disk.files.set(name, wavHeader(0));
      return {
        async append(bytes) {
          if (disk.full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
          disk.files.set(name, Buffer.concat([disk.files.get(name) ?? Buffer.alloc(0), bytes]));
        },
        close: async () => undefined,
      };
    },
    async finish(name) {
      const file = disk.files.get(name);
      if (file === undefined) return null;
      const audioBytes = wholeAudioBytes(file.length);
      const audio = file.subarray(WAV_HEADER_BYTES, WAV_HEADER_BYTES + audioBytes);
      disk.files.set(name, Buffer.concat([wavHeader(audioBytes), audio]));
      return wavMs(audioBytes);
    },
    size: async (name) => disk.files.get(name)?.length ?? null,
    async *read(name, from, to) {
      yield (disk.files.get(name) ?? Buffer.alloc(0)).subarray(from, to);
    },
    remove: async (name) => void disk.files.delete(name),
    names: async () => new Set(disk.files.keys()),
  };
  return { disk, files };
}

/** The desk of one call whose consent is as told; what happened is in `log`. */
export function scriptedDesk(permission: Permission) {
  const { disk, files } = memoryFiles();
  const log: string[] = [];
  const desk: RecordingDesk = {
    permission: async () => permission,
    async begin(_call, epoch) {
      log.push("begin");
      const name = `part-${epoch}`;
      return { name, file: await files.create(name) };
    },
    async partDone(_callId, name) {
      log.push(`done ${await files.finish(name)}`);
    },
    failed: async () => void log.push("failed"),
    async erase() {
      log.push("erase");
      disk.files.clear();
    },
  };
  return { desk, disk, log };
}
