import {
  actorBench,
  agentSays,
  consumerSays,
  openCall,
  segments,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof openCall>;

const said = (bench: Bench) => bench.asked.filter((line) => line.startsWith("say ")).slice(1);
const notes = (bench: Bench) => bench.asked.filter((line) => line.startsWith("note "));

/** What the agent was last asked to say is spoken and heard. */
function speaks(bench: Bench, itemId: string, ms = 1000) {
  agentSays(bench, itemId, said(bench).at(-1)?.slice(4) ?? "", ms);
  bench.clock.advance(ms);
  bench.phone.hearAll();
}

test("[CL73] a silent callee is asked twice, told goodbye, and the call ends without response", async () => {
  const bench = openCall();
  bench.clock.advance(9999);
  expect(said(bench)).toEqual([]);
  bench.clock.advance(1);
  expect(said(bench)).toEqual(["say Are you still there?"]);
  speaks(bench, "q1");
  bench.clock.advance(10_000);
  speaks(bench, "q2");
  bench.clock.advance(10_000);
  expect(said(bench)).toHaveLength(3);
  expect(bench.ended).toEqual([]);
  speaks(bench, "bye", 3000);
  await nextTurn();
  expect(bench.ended).toEqual([{ status: "completed", reason: "no_response" }]);
});

test("[CL73] silence is counted from what was heard, not from what was sent", () => {
  const bench = openCall();
  agentSays(bench, "long", "A long story.", 30_000);
  bench.clock.advance(29_000);
  expect(said(bench)).toEqual([]);
  bench.phone.hearAll();
  bench.clock.advance(9999);
  expect(said(bench)).toEqual([]);
  bench.clock.advance(1);
  expect(said(bench)).toHaveLength(1);
});

test("[CL73] nobody is asked while they speak, while the agent thinks, or while the opening is not heard", () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.clock.advance(30_000);
  bench.voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  bench.clock.advance(5000);
  bench.voiceSays().answerStarted({ answerId: "a" });
  bench.clock.advance(30_000);
  expect(said(bench)).toEqual([]);
  const early = actorBench();
  early.join();
  early.voiceSays().ready();
  early.clock.advance(60_000);
  expect(early.asked.filter((line) => line.startsWith("say "))).toHaveLength(1);
});

test("[CL73] nobody is asked while a tool works, and whoever answers is asked anew", async () => {
  const bench = openCall();
  bench.clock.advance(10_000);
  speaks(bench, "q1");
  consumerSays(bench, "u1", "Yes, I am here.");
  bench.clock.advance(10_000);
  speaks(bench, "q2");
  consumerSays(bench, "u2", "Still here.");
  bench.clock.advance(10_000);
  expect(said(bench)).toEqual(Array.from({ length: 3 }, () => "say Are you still there?"));
});

test("[CL73] somebody who speaks into the goodbye of an unanswered call keeps the line", async () => {
  const bench = openCall();
  for (const itemId of ["q1", "q2"]) {
    bench.clock.advance(10_000);
    speaks(bench, itemId);
  }
  bench.clock.advance(10_000);
  consumerSays(bench, "u1", "Sorry, I was in the kitchen.");
  agentSays(bench, "a1", "No problem.", 500);
  bench.phone.hearAll();
  await nextTurn();
  bench.clock.advance(9000);
  expect(bench.ended).toEqual([]);
});

test("[CL74] before the time limit the agent is told, then says a goodbye that is heard, and only then the call ends", async () => {
  const bench = openCall(200_000);
  bench.clock.advance(139_000 - bench.clock.monotonicMs());
  for (let turn = 0; bench.clock.monotonicMs() < 139_000; turn++) consumerSays(bench, `u${turn}`, "Hm.");
  const before = said(bench).length;
  bench.voiceSays().answerStarted({ answerId: "story" });
  bench.clock.advance(2000);
  expect(notes(bench)).toHaveLength(1);
  bench.clock.advance(50_000);
  expect(said(bench)).toHaveLength(before + 1);
  expect(bench.asked).toContain("cancelAnswer");
  bench.voiceSays().answerEnded({ answerId: "story", end: "cancelled", reason: null, usage: null });
  bench.voiceSays().speechStarted({ itemId: "protest" });
  bench.voiceSays().speechStopped({ itemId: "protest", isNoise: false });
  expect(bench.ended).toEqual([]);
  speaks(bench, "bye", 4000);
  await nextTurn();
  expect(bench.ended).toEqual([{ status: "completed", reason: "time_limit" }]);
});

test("[CL74] a tiny limit leaves time for the goodbye, and a stream that resumes counts from the answer", () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], {}, { timeLimitMs: 20_000 });
  const answeredAt = bench.clock.nowMs() - 12_500;
  bench.actor.join(bench.phone.stream, 2, "att_00000001", answeredAt);
  bench.actor.claimed();
  bench.voiceSays().ready();
  bench.clock.advance(499);
  expect(bench.asked.filter((line) => line.startsWith("say "))).toEqual([]);
  bench.clock.advance(1);
  expect(bench.asked.filter((line) => line.startsWith("say "))).toHaveLength(1);
  bench.clock.advance(10_000);
  expect(bench.ended).toEqual([{ status: "completed", reason: "time_limit" }]);
});

test("[CL76] keys are told to the agent as one input, are in no journal, and a long number is not told at all", async () => {
  const bench = openCall();
  await nextTurn();
  const before = bench.recorded.length;
  for (const key of ["1", "2", "3"]) {
    bench.phone.says().keyPressed(key);
    bench.clock.advance(400);
  }
  expect(notes(bench)).toEqual([]);
  bench.clock.advance(1500);
  expect(notes(bench)).toEqual(["note The person pressed on their phone: 1 2 3"]);
  expect(bench.asked.at(-1)).toBe("respond");
  for (const key of "4111111111111111") bench.phone.says().keyPressed(key);
  bench.clock.advance(1500);
  await nextTurn();
  expect(notes(bench).at(-1)).toMatch(/long number/);
  expect(bench.asked.join(" ")).not.toMatch(/4 1 1 1/);
  expect(bench.recorded).toHaveLength(before);
});

test("[CL77] a model that says goodbye and never hangs up: the call ends after a moment of silence", () => {
  const bench = openCall();
  consumerSays(bench, "u1", "Thanks, bye bye.");
  agentSays(bench, "bye", "Thank you. Goodbye!", 800);
  bench.clock.advance(800);
  bench.phone.hearAll();
  bench.clock.advance(3999);
  expect(bench.ended).toEqual([]);
  bench.clock.advance(1);
  expect(bench.ended).toEqual([{ status: "completed", reason: "goodbye_said" }]);
});

test("[CL77] whoever talks on after the agent's goodbye is not hung up on", () => {
  const bench = openCall();
  agentSays(bench, "bye", "Goodbye!", 800);
  bench.phone.hearAll();
  bench.clock.advance(3000);
  consumerSays(bench, "u1", "Wait, one more question.");
  bench.clock.advance(9000);
  expect(bench.ended).toEqual([]);
});

test("[CL71] a noise into the goodbye does not cancel it; words do", async () => {
  const bench = openCall();
  const end = { itemId: "f", name: "end_call", argumentsJson: "{}" };
  agentSays(bench, "bye", "It was nice to talk. Good luck!", 900);
  bench.voiceSays().toolCalled({ toolCallId: "t1", ...end });
  await nextTurn();
  bench.voiceSays().speechStarted({ itemId: "knock" });
  bench.clock.advance(3000);
  expect(bench.ended).toEqual([]);
  bench.voiceSays().speechStopped({ itemId: "knock", isNoise: true });
  bench.voiceSays().consumerWords({ itemId: "knock", text: "", final: true, audioSeconds: null });
  bench.clock.advance(1500);
  expect(bench.ended).toEqual([{ status: "completed", reason: "objective_met" }]);
});

test("[CL71] recognition that finds nothing in a second of noise is no word; a long turn that failed is one", async () => {
  const turn = async (ms: number) => {
    const bench = openCall();
    agentSays(bench, "bye", "Good luck!", 900);
    bench.voiceSays().toolCalled({ toolCallId: "t1", itemId: "f", name: "end_call", argumentsJson: "{}" });
    await nextTurn();
    bench.voiceSays().speechStarted({ itemId: "u" });
    bench.clock.advance(ms);
    bench.voiceSays().speechStopped({ itemId: "u", isNoise: false });
    bench.voiceSays().consumerWords({ itemId: "u", text: " ", final: true, audioSeconds: null });
    bench.clock.advance(5000);
    return bench.ended.length;
  };
  expect(await turn(900)).toBe(1);
  expect(await turn(2500)).toBe(0);
});

test("[CL46] whatever asks for the end, the phone is put down once", async () => {
  const bench = openCall();
  agentSays(bench, "bye", "Goodbye.", 300);
  for (const toolCallId of ["t1", "t2"]) {
    bench.voiceSays().toolCalled({ toolCallId, itemId: "f", name: "end_call", argumentsJson: "{}" });
  }
  await nextTurn();
  bench.phone.hearAll();
  bench.clock.advance(4000);
  expect(bench.ended).toHaveLength(1);
});

test("[CL78] marks that are lost: asked for again, and the talk goes on", async () => {
  const bench = openCall();
  agentSays(bench, "a1", "Which day suits you?", 900);
  bench.phone.loseMarks();
  bench.clock.advance(2900);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.recorded.at(-1)).toMatchObject({ segmentId: "a1", text: "Which day suits you?" });
  expect(bench.recorded.at(-1)).not.toHaveProperty("interrupted");
});

test("[CL78] a phone that never returns a mark wedges nothing: goodbye and silence go on", async () => {
  const bench = openCall();
  agentSays(bench, "a1", "Which day suits you?", 900);
  bench.clock.advance(4900);
  expect(bench.asked.some((line) => line.startsWith("truncate a1"))).toBe(true);
  bench.clock.advance(10_000);
  expect(said(bench)).toEqual(["say Are you still there?"]);
});

test("[CL78] an opening that is never proven is said again, and three times at most", () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  for (let tries = 0; tries < 3; tries++) {
    bench.clock.advance(1000);
    agentSays(bench, `o${tries}`, "Hello, this is Sam.", 300);
    bench.clock.advance(5000);
  }
  expect(bench.asked.filter((line) => line.startsWith("say "))).toHaveLength(3);
  expect(bench.asked).not.toContain("openFloor");
  expect(bench.ended).toEqual([{ status: "failed", reason: "voice_unavailable" }]);
});

test("[CL75] a phone leg that sends nothing in silence: the turn is ended for it, once, and the gap is not filled twice", () => {
  const bench = openCall();
  const appended = () => bench.asked.filter((line) => line.startsWith("append")).length;
  bench.phone.says().audio(sound(20), 1000);
  bench.voiceSays().speechStarted({ itemId: "u1" });
  const before = appended();
  bench.clock.advance(749);
  expect(appended()).toBe(before);
  bench.clock.advance(60_000);
  expect(appended()).toBe(before + 40);
  bench.voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  bench.phone.says().audio(sound(20), 1000 + 60 * 20);
  expect(appended()).toBe(before + 40 + 19 + 1);
});

test("[CL70] an answer of a preamble, a tool and a final part is two segments in order, and a cut of it keeps both apart", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  const part = (itemId: string, text: string, ms: number) => {
    voice.agentWords({ answerId: "a", itemId, text, final: true });
    voice.audio({ answerId: "a", itemId, payloadBase64: sound(ms) });
    voice.audioDone({ answerId: "a", itemId });
  };
  voice.answerStarted({ answerId: "a" });
  part("preamble", "One moment.", 600);
  voice.toolCalled({ toolCallId: "t1", itemId: "f", name: "wait_for_user", argumentsJson: "{}" });
  part("final", "Tuesday at nine is free.", 1200);
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  for (let piece = 0; piece < 17; piece++) bench.phone.hearOne();
  voice.speechStarted({ itemId: "u1" });
  await nextTurn();
  expect(segments(bench).slice(1)).toMatchObject([
    { segmentId: "preamble", text: "One moment." },
    { segmentId: "final", interrupted: true, heardText: "Tuesday" },
  ]);
  expect(bench.asked.filter((line) => line.startsWith("truncate"))).toEqual(["truncate final 440"]);
});

test("a call that ends leaves no timer behind", async () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.phone.says().keyPressed("5");
  bench.phone.says().closed("stopped");
  bench.voiceSays().consumerWords({ itemId: "u1", text: "Bye", final: true, audioSeconds: 1 });
  await bench.actor.release("test");
  expect(bench.clock.pending).toBe(0);
});
