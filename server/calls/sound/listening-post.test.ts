import { actorBench, agentSays, hearOpening, sound } from "#server/calls/testing/actor-bench.ts";
import { soundLevel } from "#server/calls/sound/sound-level.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;

const HEAR = { audio: true, levels: false };
const CALL = (bench: Bench) => bench.actor.callId;
/** One frame of the consumer, all samples this byte, at its time on the stream's clock. */
function frame({ phone, clock }: Bench, byte: number) {
  phone.says().audio(Buffer.alloc(MULAW_FRAME_BYTES, byte).toString("base64"), clock.monotonicMs());
}
const joined = (parts: Buffer[]) => Buffer.concat(parts);
const firstFrames = ({ sounds }: Bench) => sounds.map(({ frameNumber }) => frameNumber);

/** A second and a half of the consumer, each frame another byte. */
function talk(bench: Bench, frames: number, from = 1) {
  for (let index = 0; index < frames; index++) {
    bench.clock.advance(20);
    frame(bench, (from + index) % 250);
  }
}

test("[CL350] without a listener a call has no timer and no buffer more than before", () => {
  const bench = hearOpening(actorBench());
  talk(bench, 50);
  const before = bench.clock.pending;
  expect(bench.sounds).toEqual([]);
  expect(bench.levels).toEqual([]);
  bench.sound.want(CALL(bench), HEAR);
  expect(bench.clock.pending).toBe(before + 1);
  bench.sound.want(CALL(bench), { audio: false, levels: false });
  expect(bench.clock.pending).toBe(before);
});

test("[CL351] both sides come in pieces of at least 100 ms of whole frames, without a hole, and the consumer's bytes as they were received", () => {
  const bench = hearOpening(actorBench());
  bench.sound.want(CALL(bench), HEAR);
  talk(bench, 75);
  expect(bench.sounds.length).toBeGreaterThan(3);
  let next = 0;
  for (const { frameNumber, agent, consumer } of bench.sounds) {
    expect(frameNumber).toBe(next);
    expect(consumer.length).toBe(agent.length);
    expect(consumer.length % MULAW_FRAME_BYTES).toBe(0);
    expect(consumer.length).toBeGreaterThanOrEqual(800);
    next += consumer.length / MULAW_FRAME_BYTES;
  }
  const heard = joined(bench.sounds.map(({ consumer }) => consumer));
  const said = joined(
    Array.from({ length: 75 }, (_, index) => Buffer.alloc(MULAW_FRAME_BYTES, (1 + index) % 250)),
  );
  const begin = heard.indexOf(1);
  expect(heard.subarray(begin).equals(said.subarray(0, heard.length - begin))).toBe(true);
});

test("[CL351] the agent is heard as the phone plays it: not what was cut off, and not before it was proven", () => {
  const bench = hearOpening(actorBench());
  bench.sound.want(CALL(bench), HEAR);
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.audio({ answerId: "a", itemId: "i", payloadBase64: sound(1000) });
  talk(bench, 10);
  const agentBytes = () =>
    joined(bench.sounds.map(({ agent }) => agent)).filter((byte) => byte !== MULAW_SILENCE).length;
  expect(agentBytes()).toBe(0);
  bench.phone.hearOne();
  bench.phone.hearOne();
  talk(bench, 10);
  voice.speechStarted({ itemId: "u" });
  talk(bench, 40);
  // Two pieces of 60 ms are proven, and the frame that had begun; never the whole second.
  expect(agentBytes()).toBeGreaterThanOrEqual(120 * 8);
  expect(agentBytes()).toBeLessThan(600 * 8);
});

test("[CL351] who begins to listen in the middle of an utterance hears the rest of it", () => {
  const bench = hearOpening(actorBench());
  agentSays(bench, "long", "A long sentence.", 600);
  for (let piece = 0; piece < 5; piece++) {
    talk(bench, 3);
    bench.phone.hearOne();
  }
  bench.sound.want(CALL(bench), HEAR);
  for (let piece = 0; piece < 5; piece++) {
    talk(bench, 3);
    bench.phone.hearOne();
  }
  talk(bench, 20);
  const agent = joined(bench.sounds.map((piece) => piece.agent));
  expect(agent.filter((byte) => byte !== MULAW_SILENCE).length).toBe(300 * 8);
});

test("[CL352] levels come ten times a second to watchers alone: silence is 0, a loud voice near the top, softer is less", () => {
  const bench = hearOpening(actorBench());
  bench.sound.want(CALL(bench), { audio: false, levels: true });
  for (let index = 0; index < 50; index++) {
    bench.clock.advance(20);
    frame(bench, index < 25 ? MULAW_SILENCE : 0x80);
  }
  expect(bench.sounds).toEqual([]);
  expect(bench.levels.length).toBeGreaterThanOrEqual(8);
  expect(bench.levels.length).toBeLessThanOrEqual(10);
  expect(bench.levels[0]).toEqual([0, 0]);
  expect(bench.levels.at(-1)?.[1]).toBeGreaterThan(250);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 126 }), (step) => {
      const level = (byte: number) => soundLevel(Uint8Array.of(byte));
      // From 0x80 on the loudness of µ-law falls with the byte.
      expect(level(0x80 + step)).toBeGreaterThanOrEqual(level(0x81 + step));
    }),
  );
});

test("[CL350] numbers go on when somebody else begins to listen later; a call that is over is not listened to", async () => {
  const bench = hearOpening(actorBench());
  bench.sound.want(CALL(bench), HEAR);
  talk(bench, 40);
  bench.sound.want(CALL(bench), { audio: false, levels: true });
  talk(bench, 40);
  bench.sound.want(CALL(bench), HEAR);
  talk(bench, 40);
  const frames = firstFrames(bench);
  expect(frames).toEqual(frames.toSorted((a, b) => a - b));
  expect(new Set(frames).size).toBe(frames.length);
  const over = bench.actor.release("over");
  const { length } = bench.sounds;
  bench.clock.advance(10_000);
  await over;
  bench.sound.want(CALL(bench), HEAR);
  bench.clock.advance(1000);
  expect(bench.sounds).toHaveLength(length);
});
