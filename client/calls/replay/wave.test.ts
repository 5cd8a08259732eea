import { columnsOf, levelsOf, WAVE_COLUMNS, wavePath } from "#client/calls/replay/wave.ts";
import { expect, test } from "vitest";

test("[UI68] each bar of the waveform is drawn where it was heard, the loudest of those that share a column", () => {
  const levels = Uint8Array.of(10, 200, 30, 40);
  const columns = columnsOf({ levels, perSecond: 10, startMs: 200 }, 400 * WAVE_COLUMNS);
  expect(columns[0]).toBe(200);
  expect(columns[1]).toBe(40);
  expect(columns.slice(2).every((level) => level === 0)).toBe(true);
});

test("[UI68] a short call leaves no gaps between its bars, and nothing lies outside", () => {
  const levels = new Uint8Array(20).fill(100);
  const columns = columnsOf({ levels, perSecond: 10, startMs: 0 }, 1000);
  expect(columns.every((level) => level === 100)).toBe(true);
  expect(wavePath(Uint8Array.of(0, 255), 32)).toBe("M1.5 0.0V32.0");
});

test("[UI68] levels come as base64", () => {
  expect([...levelsOf(Buffer.from([0, 7, 255]).toString("base64"))]).toEqual([0, 7, 255]);
});
