import { expect, test } from "vitest";
import type { Clock } from "#server/lib/clock.ts";
import { FrameClock } from "#server/sandbox/phone/frame-clock.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";

function counting(clock: Clock) {
  const frames = new FrameClock(clock);
  const counted = { beats: 0, stop: () => undefined as void };
  counted.stop = frames.onBeat(() => counted.beats++);
  return { frames, counted };
}

test("[SB40] fifty beats a second", () => {
  const clock = new ManualClock();
  const { counted } = counting(clock);
  clock.advance(60_000);
  expect(counted.beats).toBe(3000);
});

test("[SB40] late timers do not add up", () => {
  const clock = new ManualClock();
  const late: Clock = {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, task) => clock.after(delayMs + 7, task),
    every: (periodMs, task) => clock.every(periodMs, task),
    sleep: (delayMs) => clock.sleep(delayMs),
  };
  const { counted } = counting(late);
  clock.advance(60_010);
  expect(counted.beats).toBe(3000);
});

test("[SB40] a short stall is caught up with, a long one is skipped", () => {
  const clock = new ManualClock();
  const { counted } = counting(clock);
  clock.stall(500);
  clock.advance(500);
  expect(counted.beats).toBe(50);
  clock.stall(10_000);
  clock.advance(1000);
  expect(counted.beats).toBe(50 + 50 + 50);
});

test("[SB40] nobody listens, nothing ticks; listeners may leave and come during a beat", () => {
  const clock = new ManualClock();
  const frames = new FrameClock(clock);
  let heard = 0;
  const leave = frames.onBeat(() => {
    leave();
    frames.onBeat(() => heard++);
  });
  clock.advance(20);
  heard = 0;
  clock.advance(1000);
  expect(heard).toBe(50);
  const silent = counting(new ManualClock());
  silent.counted.stop();
  expect(silent.counted.beats).toBe(0);
});
