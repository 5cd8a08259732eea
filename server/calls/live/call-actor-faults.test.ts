import {
  actorBench,
  agentSays,
  kinds,
  openCall,
  segments,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

test("[CL45] key 9 into the opening hung up before the confirmation, or counted it as the opening", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "opening" });
  voice.audio({ answerId: "opening", itemId: "o", payloadBase64: sound(4000) });
  bench.phone.says().keyPressed("9");
  bench.phone.says().keyPressed("9");
  await nextTurn();
  voice.answerEnded({ answerId: "opening", end: "cancelled", reason: null, usage: null });
  bench.clock.advance(1000);
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye", "You will not be called again. Goodbye.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual([{ status: "completed", reason: "opted_out" }]);
  expect(bench.optOuts).toEqual(["key"]);
  expect(bench.asked.filter((line) => line.startsWith("say"))).toHaveLength(2);
  expect(kinds(bench)).not.toContain("opening.heard");
});

test("[CL45] an opt-out by word ends the call even if the model does not", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "tool" });
  voice.toolCalled({ toolCallId: "t1", itemId: "f", name: "mark_do_not_call", argumentsJson: "{}" });
  await nextTurn();
  voice.answerEnded({ answerId: "tool", end: "completed", reason: null, usage: null });
  expect(bench.optOuts).toEqual(["spoken"]);
  agentSays(bench, "sorry", "I am sorry to hear that.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye", "You will not be called again. Goodbye.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual([{ status: "completed", reason: "opted_out" }]);
});

test("[CL41] a stream that was lost before the opening was heard let the next one skip it", async () => {
  const bench = actorBench([{ speaker: "consumer", text: "Hello?" }], { openingHeard: false });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  expect(bench.sessions[0]?.options.floorClosed).toBe(true);
  expect(bench.asked[0]).toMatch(/^say [A-Z][a-z]+ [a-z]+\. Hello, this is Sam/);
});

test("[CL41] the opening of a voice session that was lost in it kept the next one's from ever counting", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  const lost = bench.voiceSays();
  lost.answerStarted({ answerId: "first" });
  lost.audio({ answerId: "first", itemId: "f", payloadBase64: sound(4000) });
  lost.closed({ reason: "lost", fatal: false });
  bench.clock.advance(300);
  await nextTurn();
  bench.voiceSays().ready();
  agentSays(bench, "again", "Hello, this is Sam.", 300);
  bench.phone.hearAll();
  expect(bench.asked.at(-1)).toBe("openFloor");
});

test("[CL41] an opening that breaks off after its first sound is said again and does not count", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.audio({ answerId: "a", itemId: "o", payloadBase64: sound(300) });
  voice.audioDone({ answerId: "a", itemId: "o" });
  bench.phone.hearAll();
  voice.answerEnded({ answerId: "a", end: "incomplete", reason: null, usage: null });
  await nextTurn();
  expect(kinds(bench)).not.toContain("opening.heard");
  expect(bench.asked.filter((line) => line.startsWith("say"))).toHaveLength(2);
});

test("a failing database in the middle of a call ended the process", async () => {
  const bench = openCall();
  bench.fail();
  bench.phone.says().closed("lost");
  bench.clock.advance(5000);
  await nextTurn();
  expect(bench.lost).toEqual([1]);
});

test("[CL43] what an earlier owner was saying is kept as cut off", async () => {
  const openDraft = { callId: "call_1", segmentId: "s9", speaker: "agent" as const, text: "I can offer" };
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], { openDraft });
  bench.join();
  await nextTurn();
  expect(segments(bench)).toMatchObject([{ segmentId: "s9", heardText: "I can offer", interrupted: true }]);
});

test("somebody who hangs up in the middle of a word leaves their last words", async () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.phone.says().closed("stopped");
  expect(bench.asked.filter((line) => line.startsWith("append")).length).toBeGreaterThan(30);
});

test("a gap in the phone's audio is filled with silence, so that a turn can end", () => {
  const bench = openCall();
  bench.phone.says().audio(sound(20), 1000);
  bench.phone.says().audio(sound(20), 1020);
  const before = bench.asked.length;
  bench.phone.says().audio(sound(20), 1240);
  expect(bench.asked.length - before).toBe(11);
});

test("[CL101] nobody is left in silence: without a voice for 3 s the carrier apologises and the call ends", () => {
  const bench = actorBench();
  bench.join();
  bench.clock.advance(2999);
  expect(bench.ended).toEqual([]);
  bench.clock.advance(1);
  expect(bench.ended).toEqual([{ status: "failed", reason: "voice_unavailable" }]);
  expect(bench.farewells[0]).toMatch(/^This was an automated call for Acme LLC\. I am sorry/);
});

test("[CL101] the silence of one incident is counted once, however many sessions are tried in it", async () => {
  const bench = openCall();
  for (let tries = 0; tries < 2; tries++) {
    bench.voiceSays().closed({ reason: "lost", fatal: false });
    bench.clock.advance(1000);
    await nextTurn();
  }
  expect(bench.ended).toEqual([]);
  bench.clock.advance(1000);
  expect(bench.ended).toHaveLength(1);
});

test("[CL103] a long call that lost more sessions than one incident may, twenty minutes apart, was ended", async () => {
  const bench = openCall();
  for (let losses = 0; losses < 6; losses++) {
    bench.voiceSays().closed({ reason: "lost", fatal: false });
    bench.clock.advance(300);
    await nextTurn();
    expect(bench.sessions).toHaveLength(losses + 2);
    bench.voiceSays().ready();
    bench.clock.advance(20 * 60_000);
  }
  expect(bench.ended).toEqual([]);
});

test("[CL103] a voice service that drops every session is given up after the third replacement", async () => {
  const bench = openCall();
  for (let tries = 0; tries < 4; tries++) {
    bench.voiceSays().ready();
    bench.voiceSays().closed({ reason: "lost", fatal: false });
    bench.clock.advance(1000);
    await nextTurn();
  }
  expect(bench.sessions).toHaveLength(4);
  expect(bench.ended).toEqual([{ status: "failed", reason: "voice_unavailable" }]);
});
