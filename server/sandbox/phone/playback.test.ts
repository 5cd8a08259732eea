import fc from "fast-check";
import { expect, test } from "vitest";
import { Playback } from "#server/sandbox/phone/playback.ts";

function player() {
  const marks: string[] = [];
  return { marks, playback: new Playback((name) => marks.push(name)) };
}

const audio = (length: number, value = 1) => new Uint8Array(length).fill(value);

test("[SB43] a mark comes back when the audio before it has finished playing", () => {
  const { playback, marks } = player();
  playback.push(audio(320));
  playback.mark("a");
  playback.nextFrame();
  playback.nextFrame();
  expect(marks).toEqual([]);
  expect(playback.nextFrame().length).toBe(0);
  expect(marks).toEqual(["a"]);
});

test("[SB43] at once on an empty buffer, but not while the last frame still sounds", () => {
  const { playback, marks } = player();
  playback.mark("empty");
  expect(marks).toEqual(["empty"]);
  playback.push(audio(100));
  playback.nextFrame();
  playback.mark("sounding");
  expect(marks).toEqual(["empty"]);
  playback.nextFrame();
  expect(marks).toEqual(["empty", "sounding"]);
});

test("[SB43] marks keep their order and may share a name", () => {
  const { playback, marks } = player();
  playback.push(audio(10));
  for (const name of ["x", "y", "x"]) playback.mark(name);
  playback.push(audio(10));
  playback.mark("z");
  playback.nextFrame();
  playback.nextFrame();
  expect(marks).toEqual(["x", "y", "x", "z"]);
});

test("[SB44] clear sends back all marks in order, drops the audio, and plays what comes after", () => {
  const { playback, marks } = player();
  playback.push(audio(500, 1));
  playback.mark("a");
  playback.push(audio(500, 2));
  playback.mark("b");
  playback.nextFrame();
  playback.clear();
  expect(marks).toEqual(["a", "b"]);
  expect(playback.bufferedMs).toBe(0);
  playback.push(audio(160, 3));
  expect(playback.nextFrame()).toEqual(audio(160, 3));
});

test("[SB45] more than ten minutes of audio is thrown away", () => {
  const { playback } = player();
  const minutes = (count: number) => audio(count * 60 * 8000);
  expect(playback.push(minutes(10))).toBe(true);
  expect(playback.push(audio(1))).toBe(false);
  playback.nextFrame();
  expect(playback.push(audio(160))).toBe(true);
});

test("[SB42] everything is played once, in order, however it was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(700), { maxLength: 20 }), (sizes) => {
      const { playback, marks } = player();
      const pieces = sizes.map((size, index) => audio(size, index));
      for (const [index, piece] of pieces.entries()) {
        playback.push(piece);
        playback.mark(String(index));
      }
      const played: number[] = [];
      for (;;) {
        const frame = playback.nextFrame();
        if (frame.length === 0) break;
        played.push(...frame);
      }
      expect(played).toEqual(pieces.flatMap((piece) => [...piece]));
      expect(marks).toEqual(sizes.map((_, index) => String(index)));
    }),
  );
});
