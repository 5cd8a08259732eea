import {
  actorBench,
  agentSays,
  consumerSays,
  kinds,
  openCall,
  segments,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

test("[CL41] the opening is spoken first, with the floor closed, and counts when its playback is proven", async () => {
  const bench = actorBench();
  bench.voiceSays().ready();
  expect(bench.asked).toEqual([]);
  bench.join();
  expect(bench.sessions[0]?.options.floorClosed).toBe(true);
  bench.clock.advance(1000);
  expect(bench.asked[0]).toMatch(
    /^say [A-Z][a-z]+ [a-z]+\. Hello, this is Sam, an AI assistant calling for Acme LLC/,
  );
  agentSays(bench, "opening", "Hello, this is Sam.", 300);
  await nextTurn();
  expect(kinds(bench)).not.toContain("opening.heard");
  expect(bench.asked).not.toContain("openFloor");
  bench.phone.hearAll();
  await nextTurn();
  expect(kinds(bench)).toEqual(["transcript.segment", "opening.heard"]);
  expect(bench.asked).toContain("openFloor");
});

test("[CL41] the agent lets the one who picked up say hello, and begins when nobody does", () => {
  const greeted = actorBench();
  greeted.join();
  greeted.voiceSays().ready();
  greeted.clock.advance(500);
  greeted.voiceSays().speechStarted({ itemId: "hello" });
  greeted.clock.advance(1000);
  const said = () => greeted.asked.filter((line) => line.startsWith("say"));
  expect(said()).toEqual([]);
  greeted.voiceSays().speechStopped({ itemId: "hello", isNoise: false });
  expect(said()).toHaveLength(1);
  const silent = actorBench();
  silent.join();
  silent.voiceSays().ready();
  silent.clock.advance(800);
  expect(silent.asked).toHaveLength(1);
});

test("[CL41] words into the opening do not cut it, and are answered after it", () => {
  const bench = actorBench();
  bench.join();
  const voice = bench.voiceSays();
  voice.ready();
  bench.clock.advance(1000);
  voice.answerStarted({ answerId: "a" });
  voice.audio({ answerId: "a", itemId: "opening", payloadBase64: sound(4000) });
  bench.clock.advance(2500);
  voice.speechStarted({ itemId: "u1" });
  expect(bench.asked.some((line) => line.startsWith("truncate"))).toBe(false);
  voice.audioDone({ answerId: "a", itemId: "opening" });
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  bench.phone.hearAll();
  expect(bench.asked.slice(-2)).toEqual(["openFloor", "respond"]);
});

test("[CL41] an opening that failed is said again, and a call without one is ended", () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  for (let tries = 0; tries < 3; tries++) {
    bench.voiceSays().answerEnded({ answerId: `a${tries}`, end: "failed", reason: "x", usage: null });
  }
  expect(bench.asked.filter((line) => line.startsWith("say"))).toHaveLength(3);
  expect(bench.ended).toEqual([{ status: "failed", reason: "voice_unavailable" }]);
});

test("[CL44] a barge-in silences the agent; the transcript and the model keep what was heard", async () => {
  const bench = openCall();
  agentSays(bench, "item1", "I can offer you Wednesday from eight to ten", 900);
  bench.phone.hearOne();
  bench.phone.hearOne();
  bench.phone.hearOne();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  await nextTurn();
  expect(bench.asked.slice(-2)).toEqual(["discard answer item1", "truncate item1 200"]);
  const cut = segments(bench).at(-1);
  expect(cut).toMatchObject({
    speaker: "agent",
    text: "I can offer you Wednesday from eight to ten",
    heardText: "I can",
    interrupted: true,
  });
});

test("words that nobody heard are not in the transcript", async () => {
  const bench = openCall();
  agentSays(bench, "item1", "One moment please", 900);
  bench.voiceSays().speechStarted({ itemId: "u1" });
  await nextTurn();
  expect(segments(bench).map((event) => event.segmentId)).toEqual(["opening"]);
  expect(bench.asked).toContain("truncate item1 0");
});

test("[CL46] the phone is put down after the goodbye was heard", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.agentWords({ answerId: "a", itemId: "bye", text: "Goodbye.", final: true });
  voice.audio({ answerId: "a", itemId: "bye", payloadBase64: sound(600) });
  voice.audioDone({ answerId: "a", itemId: "bye" });
  const args = { itemId: "f", name: "end_call", argumentsJson: '{"reason":"objective_met"}' };
  voice.toolCalled({ toolCallId: "t1", ...args });
  await nextTurn();
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  expect(bench.asked).toContain("tool t1 false");
  expect(bench.ended).toEqual([]);
  bench.phone.hearAll();
  expect(bench.ended).toEqual([{ status: "completed", reason: "objective_met" }]);
});

test("[CL46] somebody who speaks into the goodbye keeps the line; a mark that never comes does not", async () => {
  const bench = openCall();
  agentSays(bench, "bye", "Goodbye.", 600);
  const end = { itemId: "f", name: "end_call", argumentsJson: "{}" };
  bench.voiceSays().toolCalled({ toolCallId: "t1", ...end });
  await nextTurn();
  consumerSays(bench, "u1", "Wait, one more thing.");
  bench.clock.advance(5000);
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye2", "Goodbye then.", 600);
  bench.voiceSays().toolCalled({ toolCallId: "t2", ...end });
  await nextTurn();
  bench.clock.advance(10_000);
  expect(bench.ended).toHaveLength(1);
});

test("[CL45] key 9 suppresses first, confirms once, then ends the call", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("9");
  await nextTurn();
  expect(bench.optOuts).toEqual(["key"]);
  expect(bench.asked).toContain("say You will not be called again. Goodbye.");
  agentSays(bench, "sorry", "You will not be called again. Goodbye.", 600);
  bench.phone.hearAll();
  expect(bench.ended).toEqual([{ status: "completed", reason: "opted_out" }]);
});

test("[CL45] an opt-out by key ended the call before its confirmation was said; without one it still ends", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("9");
  await nextTurn();
  expect(bench.ended).toEqual([]);
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.clock.advance(10_000);
  expect(bench.ended).toEqual([{ status: "completed", reason: "opted_out" }]);
});

test("[CL4] an actor whose call was taken over writes nothing more and lets go of both sockets", async () => {
  const bench = openCall();
  await nextTurn();
  const before = bench.recorded.length;
  bench.fence();
  agentSays(bench, "late", "Still here", 300);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.recorded).toHaveLength(before);
  expect(bench.asked).toContain("close");
  expect(bench.letGo).not.toEqual([]);
  expect(bench.phone.closedBecause()).not.toBeNull();
});

test("[CL43] a session that takes a call over knows what was said and apologises instead of opening", async () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello" }]);
  bench.join();
  expect(bench.asked).toEqual([]);
  await nextTurn();
  bench.voiceSays().ready();
  expect(bench.sessions[0]?.options).toMatchObject({ floorClosed: false, history: [{ text: "Hello" }] });
  expect(bench.asked).toEqual(["respond guided"]);
});

test("a lost stream is reported once, the last words are waited for, and no timer is left", async () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  bench.phone.says().closed("lost");
  bench.phone.says().closed("lost");
  bench.voiceSays().consumerWords({ itemId: "u1", text: "Yes please", final: true, audioSeconds: 1 });
  await bench.actor.release("test");
  expect(bench.lost).toEqual([1]);
  expect(segments(bench).at(-1)).toMatchObject({ speaker: "consumer", text: "Yes please" });
  expect(bench.clock.pending).toBe(0);
});

test("a wrong key at the voice model puts dialling on hold and ends the call; a dropped session is replaced", async () => {
  const bench = openCall();
  bench.voiceSays().closed({ reason: "lost", fatal: false });
  bench.clock.advance(200);
  await nextTurn();
  expect(bench.sessions).toHaveLength(2);
  bench.voiceSays().closed({ reason: "OpenAI refused the API key.", fatal: true });
  expect(bench.broken).toEqual(["OpenAI refused the API key."]);
  expect(bench.ended).toEqual([{ status: "failed", reason: "voice_unavailable" }]);
});

test("drafts show what was heard, and end with their segment", async () => {
  const bench = openCall();
  bench.drafts.length = 0;
  agentSays(bench, "item1", "I can offer you Wednesday", 600);
  bench.phone.hearOne();
  bench.phone.hearOne();
  bench.clock.advance(200);
  expect(bench.drafts).toEqual([
    { callId: bench.actor.callId, segmentId: "item1", speaker: "agent", text: "I can" },
  ]);
  bench.phone.hearAll();
  bench.clock.advance(200);
  expect(bench.drafts).toHaveLength(1);
});
