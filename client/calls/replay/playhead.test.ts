import { Playhead, type PlayState, type Sound } from "#client/calls/replay/playhead.ts";
import { type AudioLike, RecordingSound, type SoundProblem } from "#client/calls/replay/recording-sound.ts";
import { expect, test } from "vitest";

/** A page whose pictures come when the test says so. */
function page(endMs = 10_000, startMs = 0) {
  let nowMs = 1000;
  let frame: (() => void) | null = null;
  const playhead = new Playhead({
    endMs,
    startMs,
    nowMs: () => nowMs,
    nextFrame(task) {
      frame = task;
      return () => {
        frame = null;
      };
    },
  });
  const passes = (ms: number) => {
    nowMs += ms;
    const task = frame;
    frame = null;
    task?.();
  };
  return { playhead, passes, isMoving: () => frame !== null };
}

/** An audio element that plays when told, as far as the test lets it. */
function player() {
  const listeners: (() => void)[] = [];
  const audio: AudioLike = {
    src: "",
    currentTime: 0,
    paused: true,
    seeking: false,
    readyState: 4,
    playbackRate: 1,
    ended: false,
    pause: () => Object.assign(audio, { paused: true }),
    async play() {
      Object.assign(audio, { paused: false });
    },
    addEventListener: (_type, listener) => void listeners.push(listener),
  };
  const problems: (SoundProblem | null)[] = [];
  const links: string[] = [];
  const script = { fails: false };
  const sound = new RecordingSound({
    audio,
    startMs: 2000,
    durationMs: 5000,
    async link() {
      if (script.fails) throw new Error("away");
      links.push(`/recordings/${links.length + 1}`);
      return links.at(-1) ?? "";
    },
    onProblem: (problem) => problems.push(problem),
  });
  const breaks = () => {
    Object.assign(audio, { paused: true });
    for (const listener of listeners) listener();
  };
  return { audio, sound, problems, links, script, breaks };
}

const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

test("[UI65] without sound the clock moves the playhead, at its rate, to the end and no further", () => {
  const { playhead, passes, isMoving } = page();
  playhead.toggle();
  passes(1000);
  playhead.setRate(2);
  passes(1000);
  expect(playhead.get()).toEqual({ ms: 3000, isPlaying: true, rate: 2 });
  playhead.toggle();
  expect([playhead.get().isPlaying, isMoving()]).toEqual([false, false]);
  playhead.seek(99_999);
  expect(playhead.get().ms).toBe(10_000);
  playhead.toggle();
  expect(playhead.get()).toMatchObject({ ms: 0, isPlaying: true });
  playhead.seek(9_900);
  passes(1000);
  expect([playhead.get().ms, playhead.get().isPlaying, isMoving()]).toEqual([10_000, false, false]);
});

test("[UI65] where there is sound it leads; while it is not there yet the playhead waits", () => {
  const { playhead, passes } = page();
  let heard: number | "waits" | null = "waits";
  const told: PlayState[] = [];
  const sound: Sound = {
    follow: (state) => void told.push(state),
    heardAt: () => heard,
    stop: () => undefined,
  };
  playhead.soundFrom(sound);
  playhead.toggle();
  passes(1000);
  expect(playhead.get().ms).toBe(0);
  heard = 4321;
  passes(16);
  expect(playhead.get().ms).toBe(4321);
  heard = null;
  passes(100);
  expect(playhead.get().ms).toBe(4421);
  expect(told.at(-1)).toEqual(playhead.get());
});

test("[UI66] the recording begins where it lies, a link is asked for by the first play, and a jump is followed", async () => {
  const { playhead, passes } = page(10_000, 1500);
  const { audio, sound, links } = player();
  playhead.soundFrom(sound);
  expect(links).toEqual([]);
  playhead.toggle();
  passes(500);
  expect(playhead.get().ms).toBe(2000);
  passes(100);
  await settled();
  expect(links).toHaveLength(1);
  expect([audio.src, audio.paused, audio.currentTime]).toEqual(["/recordings/1", false, 0]);
  Object.assign(audio, { currentTime: 1.25 });
  passes(16);
  expect(playhead.get().ms).toBe(3250);
  playhead.seek(6000);
  expect(audio.currentTime).toBe(4);
  Object.assign(audio, { currentTime: 5, ended: true, paused: true });
  passes(16);
  passes(1000);
  expect(playhead.get().ms).toBeGreaterThanOrEqual(7000);
  passes(1000);
  Object.assign(audio, { ended: false });
  playhead.seek(2500);
  expect([audio.currentTime, audio.paused]).toEqual([0.5, false]);
  playhead.pause();
  expect(audio.paused).toBe(true);
});

test("[UI66] a link that is over is asked for anew, at the same place", async () => {
  const { playhead, passes } = page(10_000, 3000);
  const { audio, sound, links, problems, breaks } = player();
  playhead.soundFrom(sound);
  playhead.toggle();
  await settled();
  Object.assign(audio, { currentTime: 2 });
  passes(16);
  breaks();
  await settled();
  expect([links.length, audio.currentTime, audio.paused]).toEqual([2, 2, false]);
  expect(problems).toEqual([null, null]);
});

test("[UI66] a recording that can't be had is told, and the replay goes on by the clock; Play asks again", async () => {
  const { playhead, passes } = page(10_000, 3000);
  const { sound, problems, script, links } = player();
  script.fails = true;
  playhead.soundFrom(sound);
  playhead.toggle();
  await settled();
  expect(problems).toEqual(["away"]);
  passes(1000);
  expect(playhead.get().ms).toBe(4000);
  playhead.pause();
  script.fails = false;
  playhead.toggle();
  await settled();
  expect([links.length, problems.at(-1)]).toEqual([1, null]);
});
