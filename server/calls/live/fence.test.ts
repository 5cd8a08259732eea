import { Fence } from "#server/calls/live/fence.ts";
import {
  actorBench,
  agentSays,
  kinds,
  openCall,
  segments,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

/** A fence whose question the test answers. */
function fenceBench() {
  const clock = new ManualClock();
  const questions: PromiseWithResolvers<boolean>[] = [];
  const passed: number[] = [];
  let overflows = 0;
  const fence = new Fence({
    clock,
    ask() {
      const question = Promise.withResolvers<boolean>();
      questions.push(question);
      return question.promise;
    },
    overflowed: () => (overflows += 1),
  });
  fence.start();
  const pass = (number: number) => fence.pass(() => void passed.push(number));
  return { clock, fence, questions, passed, pass, overflows: () => overflows };
}

test("[CL108] after a stall nothing passes before the call is known to be ours; then all of it, in order", async () => {
  const { clock, questions, passed, pass } = fenceBench();
  clock.advance(10_000);
  pass(1);
  clock.stall(4500);
  pass(2);
  pass(3);
  expect(passed).toEqual([1]);
  expect(questions).toHaveLength(1);
  questions[0]?.resolve(true);
  await nextTurn();
  expect(passed).toEqual([1, 2, 3]);
  pass(4);
  expect(passed).toEqual([1, 2, 3, 4]);
});

test("[CL108] a call that was taken over during the stall says and does nothing of what was held back", async () => {
  const { clock, questions, passed, pass } = fenceBench();
  clock.stall(5000);
  pass(1);
  questions[0]?.resolve(false);
  await nextTurn();
  expect(passed).toEqual([]);
});

test("[CL108] without an answer it is asked again, and nothing passes meanwhile", async () => {
  const { clock, fence, questions, passed, pass } = fenceBench();
  clock.stall(5000);
  pass(1);
  questions[0]?.reject(new Error("no database"));
  await nextTurn();
  expect(passed).toEqual([]);
  clock.advance(500);
  await nextTurn();
  questions[1]?.resolve(true);
  await nextTurn();
  expect(passed).toEqual([1]);
  fence.stop();
  expect(clock.pending).toBe(0);
});

test("[CL108] what is held back is bounded", () => {
  const { clock, pass, overflows } = fenceBench();
  clock.stall(5000);
  for (let number = 0; number < 2001; number++) pass(number);
  expect(overflows()).toBe(1);
});

test("[CL108] an actor that wakes up as a former owner plays no sound, runs no tool and lets go", async () => {
  const bench = openCall();
  await nextTurn();
  const before = bench.recorded.length;
  bench.fence();
  bench.clock.stall(6000);
  agentSays(bench, "late", "Still here", 300);
  const opt = { itemId: "f", name: "mark_do_not_call", argumentsJson: "{}" };
  bench.voiceSays().toolCalled({ toolCallId: "t1", ...opt });
  await nextTurn();
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.optOuts).toEqual([]);
  expect(bench.recorded).toHaveLength(before);
  expect(bench.letGo).toEqual(["owned by another"]);
});

test("[CL109] an error inside one call ended it in silence, or the process: it goes on over a new stream", async () => {
  const bench = openCall();
  bench.phone.stream.sendAudio = () => {
    throw new Error("broken");
  };
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  expect(() => voice.audio({ answerId: "a", itemId: "i", payloadBase64: sound(100) })).not.toThrow();
  await nextTurn();
  expect(bench.lost).toEqual([1]);
  expect(bench.phone.closedBecause()).toBe("lost");
  expect(segments(bench)).toHaveLength(1);
});

test("[CL109] an error in a timer of one call does not reach the process", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.limits.isBroken = true;
  expect(() => bench.clock.advance(1000)).not.toThrow();
  await nextTurn();
  expect(bench.lost).toEqual([1]);
  expect(kinds(bench)).not.toContain("opening.heard");
});

test("[CL102] a server that stops waits for the end of a sentence before it lets a call go, and not for ever", async () => {
  const bench = openCall();
  agentSays(bench, "a2", "What is broken?", 600);
  let paused = false;
  const look = async (ms: number) => {
    for (let waited = 0; waited < ms; waited += 50) {
      bench.phone.says().audio(sound(20), 0);
      bench.clock.advance(50);
      await nextTurn();
    }
    return paused;
  };
  bench.phone.says().audio(sound(20), 0);
  void bench.actor.pause(1500).then(() => (paused = true));
  expect(await look(500)).toBe(false);
  bench.phone.hearAll();
  expect(await look(100)).toBe(true);
  agentSays(bench, "a3", "And since when?", 600);
  paused = false;
  void bench.actor.pause(1500).then(() => (paused = true));
  expect(await look(1400)).toBe(false);
  expect(await look(200)).toBe(true);
});
