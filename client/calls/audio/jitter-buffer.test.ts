import { JitterBuffer } from "#client/calls/audio/jitter-buffer.ts";
import { decodeMulaw } from "#shared/mulaw.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const FRAME = 160;
const NOBODY = new Set<never>();

/** One side of one piece: each sample tells its place. */
const piece = (frame: number, frames: number) =>
  Uint8Array.from({ length: frames * FRAME }, (_, index) => (frame * FRAME + index) % 127);

function both(buffer: JitterBuffer, frame: number, frames = 10) {
  buffer.write("agent", frame, piece(frame, frames));
  buffer.write("consumer", frame, new Uint8Array(frames * FRAME).fill(0xff));
}

function played(buffer: JitterBuffer, samples: number, muted: ReadonlySet<"agent" | "consumer"> = NOBODY) {
  const all: number[] = [];
  for (let left = samples; left > 0; left -= 128) {
    const out = new Float32Array(Math.min(128, left));
    buffer.read(out, muted);
    all.push(...out);
  }
  return all;
}

const expected = (frame: number, frames: number) =>
  [...decodeMulaw(piece(frame, frames))].map((sample) => Math.fround(sample / 32_768));

test("[UI58] nothing sounds before 400 ms are there; then every sample sounds once, in order", () => {
  const buffer = new JitterBuffer();
  both(buffer, 50);
  expect(played(buffer, 512).every((sample) => sample === 0)).toBe(true);
  both(buffer, 60);
  both(buffer, 70);
  expect(played(buffer, 3200)).toEqual(expected(50, 20));
  expect(buffer.state).toEqual({ bufferedMs: 200, underruns: 0 });
});

test("[UI58] when it runs dry it waits for 400 ms again and counts that", () => {
  const buffer = new JitterBuffer();
  both(buffer, 0, 20);
  played(buffer, 3200);
  played(buffer, 1280);
  expect(buffer.state.underruns).toBe(1);
  both(buffer, 20);
  expect(played(buffer, 128).every((sample) => sample === 0)).toBe(true);
  both(buffer, 30);
  expect(played(buffer, 1600)).toEqual(expected(20, 10));
  expect(buffer.state.underruns).toBe(1);
});

test("[UI58] a page that slept jumps to what happens now", () => {
  const buffer = new JitterBuffer();
  for (let frame = 0; frame < 100; frame += 10) both(buffer, frame);
  played(buffer, 128);
  expect(buffer.state.bufferedMs).toBeLessThanOrEqual(400);
});

test("[UI58] a muted lane is silent, and the other one is not touched by it", () => {
  const buffer = new JitterBuffer();
  both(buffer, 0, 30);
  expect(played(buffer, 800, new Set(["agent"])).every((sample) => sample === 0)).toBe(true);
  expect(played(buffer, 800)).toEqual(expected(0, 30).slice(800, 1600));
});

test("[UI58] the call goes on in another stream, whose numbers begin anew", () => {
  const buffer = new JitterBuffer();
  both(buffer, 5000, 30);
  played(buffer, 1600);
  both(buffer, 0, 30);
  expect(played(buffer, 1600)).toEqual(expected(0, 10));
});

test("[UI58] whatever is lost and however it comes in bunches: no sample sounds twice, out of order or in the wrong place", () => {
  const steps = fc.array(fc.record({ isLost: fc.boolean(), reads: fc.integer({ min: 0, max: 20 }) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (given) => {
      const buffer = new JitterBuffer();
      const heard: number[] = [];
      for (const [index, { isLost, reads }] of given.entries()) {
        // Samples that name their piece: 1 is loud, 126 is soft, all different.
        if (!isLost) buffer.write("consumer", index * 10, new Uint8Array(1600).fill(index + 1));
        for (let read = 0; read < reads; read++) {
          const out = new Float32Array(128);
          buffer.read(out, NOBODY);
          heard.push(...out.filter((sample) => sample !== 0));
        }
      }
      const named = [...decodeMulaw(Uint8Array.from({ length: 64 }, (_, byte) => byte))].map((sample) =>
        Math.fround(sample / 32_768),
      );
      const places = heard.map((sample) => named.indexOf(sample));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      for (const place of new Set(places))
        expect(places.filter((one) => one === place).length).toBeLessThanOrEqual(1600);
    }),
  );
});
