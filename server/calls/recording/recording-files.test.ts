import { recordingFolder } from "#server/calls/recording/recording-files.ts";
import { WAV_HEADER_BYTES } from "#server/calls/recording/wav.ts";
import fc from "fast-check";
import { mkdtemp, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

async function folder() {
  const path = join(await mkdtemp(join(tmpdir(), "recordings-")), "recordings");
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return { path, files: recordingFolder(path) };
}

/** Reads a WAV file as a player does: chunk by chunk, trusting nothing but the format. */
function parseWav(file: Buffer) {
  expect(file.toString("latin1", 0, 4)).toBe("RIFF");
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  expect(file.toString("latin1", 8, 12)).toBe("WAVE");
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at < file.length;) {
    const bytes = file.readUInt32LE(at + 4);
    expect(at + 8 + bytes).toBeLessThanOrEqual(file.length);
    chunks.set(file.toString("latin1", at, at + 4), file.subarray(at + 8, at + 8 + bytes));
    at += 8 + bytes + (bytes % 2);
  }
  const [fmt, fact, data] = [chunks.get("fmt "), chunks.get("fact"), chunks.get("data")];
  if (fmt === undefined || fact === undefined || data === undefined) throw new Error("A chunk is missing.");
  const [format, channels, rate] = [fmt.readUInt16LE(0), fmt.readUInt16LE(2), fmt.readUInt32LE(4)];
  const [byteRate, align, bits] = [fmt.readUInt32LE(8), fmt.readUInt16LE(12), fmt.readUInt16LE(14)];
  expect({ format, channels, rate, byteRate, align, bits }).toEqual({
    format: 7,
    channels: 2,
    rate: 8000,
    byteRate: 16_000,
    align: 2,
    bits: 8,
  });
  expect(fact.readUInt32LE(0)).toBe(data.length / 2);
  return data;
}

test("[CL120] a finished file is a WAV of µ-law in two channels that holds what was written, for its owner's eyes only", async () => {
  const { path, files } = await folder();
  const file = await files.create("a.wav");
  await file.append(Buffer.from([1, 2, 3, 4]));
  await file.append(Buffer.alloc(16_000, 9));
  await file.close();
  await file.close();
  expect(await files.finish("a.wav")).toBe(1000.25);
  const data = parseWav(await readFile(join(path, "a.wav")));
  expect(data.equals(Buffer.concat([Buffer.from([1, 2, 3, 4]), Buffer.alloc(16_000, 9)]))).toBe(true);
  expect(((await stat(join(path, "a.wav"))).mode & 0o777).toString(8)).toBe("600");
});

test("[CL123] cut off at any byte, by a killed server, a file is made whole with all whole samples, however often", async () => {
  const { path, files } = await folder();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (pieces, part) => {
        const name = `${(number += 1)}.wav`;
        const file = await files.create(name);
        for (const piece of pieces) await file.append(piece);
        await file.close();
        const audio = Buffer.concat(pieces);
        const cutAt = Math.round((WAV_HEADER_BYTES + audio.length) * part);
        await truncate(join(path, name), cutAt);
        const whole = Math.floor(Math.max(0, cutAt - WAV_HEADER_BYTES) / 2) * 2;
        for (let again = 0; again < 2; again++) {
          expect(await files.finish(name)).toBe(whole / 16);
          expect(parseWav(await readFile(join(path, name))).equals(audio.subarray(0, whole))).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("[CL123] what is not on this disk is an answer, not an error; nothing is overwritten", async () => {
  const { files } = await folder();
  expect(await files.names()).toEqual(new Set());
  expect(await files.finish("a.wav")).toBeNull();
  await files.remove("a.wav");
  await (await files.create("a.wav")).close();
  await expect(files.create("a.wav")).rejects.toMatchObject({ code: "EEXIST" });
  expect(await files.names()).toEqual(new Set(["a.wav"]));
  await files.remove("a.wav");
  expect(await files.names()).toEqual(new Set());
});
