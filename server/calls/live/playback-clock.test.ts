import { PlaybackClock } from "#server/calls/live/playback-clock.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

function bench() {
  const clock = new ManualClock();
  const probes: string[] = [];
  const playback = new PlaybackClock(clock, (name) => probes.push(name));
  return { clock, probes, playback };
}

test("[CL72] behind a mark the phone plays on in whole frames", () => {
  const { clock, playback } = bench();
  playback.begins();
  clock.advance(60);
  playback.heard(60);
  expect(playback.positionMs(1000)).toBe(80);
  clock.advance(19);
  expect(playback.positionMs(1000)).toBe(80);
  clock.advance(1);
  expect(playback.positionMs(1000)).toBe(100);
  clock.advance(500);
  expect(playback.positionMs(120)).toBe(120);
});

test("[CL72] the round trip, measured by marks behind nothing, is what has played since the mark left and will play until we are heard", () => {
  const { clock, probes, playback } = bench();
  playback.probe();
  clock.advance(80);
  expect(playback.probed(probes[0] ?? "")).toBe(true);
  playback.begins();
  clock.advance(200);
  playback.heard(120);
  expect(playback.positionMs(1000)).toBe(220);
});

test("[CL72] only a mark behind nothing measures: audio that began meanwhile, and a second answer, do not", () => {
  const { clock, probes, playback } = bench();
  playback.probe();
  playback.begins();
  clock.advance(900);
  expect(playback.probed(probes[0] ?? "")).toBe(true);
  expect(playback.probed("1.1.60")).toBe(false);
  playback.heard(60);
  expect(playback.positionMs(1000)).toBe(80);
});

test("[CL72] the position never goes back while marks come in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 20 }), (pauses) => {
      const { clock, playback } = bench();
      playback.begins();
      let before = 0;
      for (const [index, pauseMs] of pauses.entries()) {
        playback.heard(index * 60);
        const position = playback.positionMs((index + 1) * 60);
        expect(position).toBeGreaterThanOrEqual(before);
        before = position;
        clock.advance(pauseMs);
      }
    }),
  );
});
