import { expect, test } from "vitest";
import { EnergyVad, type VadEvent } from "#server/sandbox/voice-model/vad.ts";

const SETTINGS = { threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 };
const LOUD = 3000;

/** Feeds `[level, ms]` stretches in 20 ms pieces. */
function hear(stretches: [level: number, ms: number][], settings = SETTINGS): VadEvent[] {
  const vad = new EnergyVad();
  return stretches.flatMap(([level, ms]) =>
    Array.from({ length: ms / 20 }, () => vad.push(level, 20, settings)).filter((event) => event !== null),
  );
}

test("[VM30] speech starts at its first sound less the prefix and stops after the silence asked for", () => {
  const events = hear([
    [0, 1000],
    [LOUD, 800],
    [0, 600],
  ]);
  expect(events).toEqual([
    { kind: "started", startMs: 700 },
    { kind: "stopped", endMs: 2300 },
  ]);
});

test("[VM30] the prefix never reaches before the first sample", () => {
  expect(hear([[LOUD, 100]])).toEqual([{ kind: "started", startMs: 0 }]);
});

test("[VM30] pauses shorter than the silence belong to the turn, clicks start none", () => {
  expect(
    hear([
      [LOUD, 400],
      [0, 480],
      [LOUD, 400],
    ]),
  ).toHaveLength(1);
  expect(
    hear([
      [LOUD, 40],
      [0, 500],
      [LOUD, 40],
    ]),
  ).toEqual([]);
});

test("[VM30] a higher threshold needs louder speech", () => {
  expect(hear([[500, 400]], { ...SETTINGS, threshold: 0.5 })).toHaveLength(1);
  expect(hear([[500, 400]], { ...SETTINGS, threshold: 0.9 })).toHaveLength(0);
});
