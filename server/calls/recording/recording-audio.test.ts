import { peaksOf } from "#server/calls/recording/peaks.ts";
import { RecordingAudio, type ReadPart, type WholePart } from "#server/calls/recording/recording-audio.ts";
import { WAV_HEADER_BYTES } from "#server/calls/recording/wav.ts";
import { MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Every byte of a part says where it lies in it, so that a wrong place shows. */
const byteAt = (part: WholePart, at: number) => (part.startMs + at) % 251;
const readPart: ReadPart = async (part, from, to) =>
  (async function* () {
    const bytes = Uint8Array.from({ length: to - from }, (_, index) => byteAt(part, from + index));
    yield bytes.subarray(0, 100);
    yield bytes.subarray(100);
  })();

async function bytesOf(audio: RecordingAudio, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of audio.read(from, to, readPart)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const partsOf = (shape: [number, number][]): WholePart[] => {
  let at = 500;
  return shape.map(([gapMs, durationMs], index) => {
    const startMs = at + gapMs;
    at = startMs + durationMs;
    return { name: `part-${index}`, startMs, durationMs };
  });
};

test("[CL366] any range of a recording is that range of the whole file", async () => {
  const shape = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 400 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(shape, fc.nat(30_000), fc.nat(30_000), async (of, a, b) => {
      const audio = new RecordingAudio(partsOf(of));
      const whole = await bytesOf(audio, 0, audio.sizeBytes);
      expect(whole).toHaveLength(audio.sizeBytes);
      const [from, to] = [a % audio.sizeBytes, b % (audio.sizeBytes + 1)];
      expect(await bytesOf(audio, from, to)).toEqual(whole.subarray(from, Math.max(from, to)));
    }),
    { numRuns: 200 },
  );
});

test("[CL366] parts lie at their place on the call's time line, with silence while nobody was connected", async () => {
  const [first, second] = [
    { name: "a", startMs: 9000, durationMs: 100 },
    { name: "b", startMs: 9300, durationMs: 50 },
  ];
  const audio = new RecordingAudio([second, first]);
  const whole = await bytesOf(audio, 0, audio.sizeBytes);
  expect([audio.startMs, audio.durationMs]).toEqual([9000, 350]);
  expect(whole.readUInt32LE(54)).toBe(350 * 16);
  const sound = whole.subarray(WAV_HEADER_BYTES);
  expect(sound[1599]).toBe(byteAt(first, 1599));
  expect(new Set(sound.subarray(1600, 4800))).toEqual(new Set([MULAW_SILENCE]));
  expect(sound[4800]).toBe(byteAt(second, 0));
});

test("[CL366] a part that begins before the one before it has ended follows it at once", async () => {
  const audio = new RecordingAudio([
    { name: "a", startMs: 0, durationMs: 100 },
    { name: "b", startMs: 90, durationMs: 100 },
  ]);
  expect(audio.durationMs).toBe(200);
});

test("[CL368] a waveform tells each side's loudest moment in each tenth of a second", async () => {
  const loud = encodeMulaw(Int16Array.of(32_000))[0] ?? 0;
  const audio = Buffer.alloc(2000, MULAW_SILENCE);
  audio[2] = loud;
  audio[1601] = loud;
  const { consumer, agent } = await peaksOf(
    (async function* () {
      yield audio.subarray(0, 999);
      yield audio.subarray(999);
    })(),
    audio.length,
  );
  const [c, a] = [[...Buffer.from(consumer, "base64")], [...Buffer.from(agent, "base64")]];
  expect([c[0], a[1]].every((level) => level !== undefined && level > 240)).toBe(true);
  expect([c[1], a[0]]).toEqual([0, 0]);
});
