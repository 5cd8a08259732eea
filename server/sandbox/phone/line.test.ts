import { ManualClock } from "#server/lib/manual-clock.ts";
import { FrameClock } from "#server/sandbox/phone/frame-clock.ts";
import { Line } from "#server/sandbox/phone/line.ts";
import { expect, test } from "vitest";

test("[SB66] a key that the person presses reaches whatever is connected and whoever listens, once", () => {
  const clock = new ManualClock();
  const keys = ["9", null, null];
  const person = {
    beep: new Promise<void>(() => undefined),
    step: () => new Uint8Array(160),
    pressing: () => keys.shift() ?? null,
    said: () => [],
    say() {},
  };
  const failed: unknown[] = [];
  const line = new Line(new FrameClock(clock), person, {
    personHungUp() {},
    fault: (error) => void failed.push(error),
  });
  const heard: string[] = [];
  line.connect({
    nextFrame: () => new Uint8Array(0),
    take() {},
    key: (digit) => void heard.push(`far ${digit}`),
  });
  line.onKey((digit) => void heard.push(`near ${digit}`));
  clock.advance(60);
  expect(failed).toEqual([]);
  expect(heard).toEqual(["near 9", "far 9"]);
});
