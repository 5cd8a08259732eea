import { OPT_OUT_CONFIRMATION } from "#server/calls/live/stop-request.ts";
import { actorBench, agentSays, consumerSays, openCall } from "#server/calls/testing/actor-bench.ts";
import type { FollowUp } from "#server/calls/live/tool-services.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;

const OPTED_OUT = [{ status: "completed", reason: "opted_out" }];
const TIME_LIMIT = [{ status: "completed", reason: "time_limit" }];
const MET = [{ status: "completed", reason: "objective_met" }];
const TIME_IS_UP = "I am sorry, but the time for this call is over. Thank you for talking with me. Goodbye.";
const HANG_UP = { toolCallId: "end", itemId: "end", name: "end_call", argumentsJson: "{}" };

const spoken = ({ asked }: Bench) => asked.filter((line) => /^(say|respond)/.test(line));
const said = (bench: Bench, words: string) => spoken(bench).filter((line) => line === `say ${words}`).length;

/** The voice session ends by itself, and another one is ready. */
async function renewVoice(bench: Bench) {
  bench.voiceSays().closed({ reason: "gone", fatal: false });
  bench.clock.advance(200);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  bench.voiceSays().ready();
}

test("[CL91] a hang-up of the model beside its opt-out put the phone down before the confirmation", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "tools" });
  voice.toolCalled({ ...HANG_UP, toolCallId: "stop", itemId: "stop", name: "mark_do_not_call" });
  await nextTurn();
  voice.toolCalled(HANG_UP);
  await nextTurn();
  voice.answerEnded({ answerId: "tools", end: "completed", reason: null, usage: null });
  await nextTurn();
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL45] an opt-out between the asking for an opening and its beginning hung up before the confirmation", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  bench.phone.says().keyPressed("9");
  await nextTurn();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "opening", exactWords: true });
  voice.answerEnded({ answerId: "opening", end: "cancelled", reason: null, usage: null });
  await nextTurn();
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL46] words from before the goodbye, recognised after it, cancelled it", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.speechStarted({ itemId: "u1" });
  voice.speechStopped({ itemId: "u1", isNoise: false });
  voice.answerStarted({ answerId: "bye" });
  voice.toolCalled(HANG_UP);
  await nextTurn();
  voice.consumerWords({ itemId: "u1", text: "That was all.", final: true, audioSeconds: 1 });
  voice.answerEnded({ answerId: "bye", end: "completed", reason: null, usage: null });
  await nextTurn();
  expect(bench.ended).toEqual(MET);
});

test("[CL74] a goodbye whose voice session was lost was not said, and the next session talked on", async () => {
  const bench = openCall(100_000);
  const before = bench.asked.length;
  bench.clock.advance(84_000);
  expect(said(bench, TIME_IS_UP)).toBe(1);
  await renewVoice(bench);
  expect(spoken({ ...bench, asked: bench.asked.slice(before) })).toEqual([
    "say Are you still there?",
    `say ${TIME_IS_UP}`,
    `say ${TIME_IS_UP}`,
  ]);
  agentSays(bench, "bye", TIME_IS_UP, 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.ended).toEqual(TIME_LIMIT);
});

test("[CL74] time that is up while there is no voice session is told to the next one, once", async () => {
  const bench = openCall(100_000);
  bench.clock.advance(83_900);
  bench.voiceSays().closed({ reason: "gone", fatal: false });
  bench.clock.advance(200);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(said(bench, TIME_IS_UP)).toBe(0);
  bench.clock.advance(1000);
  bench.voiceSays().ready();
  expect(spoken(bench).at(-1)).toBe(`say ${TIME_IS_UP}`);
  expect(said(bench, TIME_IS_UP)).toBe(1);
});

test("[CL91] an opt-out was confirmed twice when it was stored before the next owner's voice was ready", async () => {
  const bench = actorBench([{ speaker: "consumer", text: "Stop calling me." }]);
  bench.join();
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(bench.optOuts).toEqual(["spoken"]);
  bench.voiceSays().ready();
  expect(spoken(bench)).toEqual([`say ${OPT_OUT_CONFIRMATION}`]);
});

test("[CL91] the next owner of a call with a stored opt-out let the model answer into the confirmation", async () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], { optedOut: true });
  bench.join();
  bench.voiceSays().ready();
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(bench.asked).toContain("closeFloor");
  bench.voiceSays().answerStarted({ answerId: "own" });
  expect(bench.asked).toContain("discard own");
});

test("[CL104] whoever spoke into the goodbye after a break was hung up on", async () => {
  const tool = { toolCallId: "t1", name: "end_call", arguments: { reason: "objective_met" }, atMs: 5 };
  const bench = actorBench([{ speaker: "agent", text: "Goodbye." }], {
    tools: [{ ...tool, result: { ok: true, text: "", durationMs: 1 } }],
  });
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  agentSays(bench, "bye", "Goodbye.", 600);
  consumerSays(bench, "u1", "Wait, one more thing.");
  bench.phone.hearAll();
  bench.clock.advance(5000);
  expect(bench.ended).toEqual([]);
});

test("[CL90] an opt-out that was half recognised when the voice session was lost was answered by the next", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.speechStarted({ itemId: "u1" });
  voice.consumerWords({ itemId: "u1", text: "Please stop calling me", final: false, audioSeconds: null });
  const before = spoken(bench).length;
  await renewVoice(bench);
  expect(bench.optOuts).toEqual(["spoken"]);
  expect(spoken(bench).slice(before)).toEqual([`say ${OPT_OUT_CONFIRMATION}`]);
});

test("[CL104] without a voice the carrier apologised to somebody who had opted out, and promised another call", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("9");
  await nextTurn();
  bench.voiceSays().closed({ reason: "no quota", fatal: true });
  await nextTurn();
  expect(bench.ended).toEqual(OPTED_OUT);
  expect(bench.farewells).toEqual([OPT_OUT_CONFIRMATION]);
});

test("[CL91] a hang-up that met no database was never asked for again, and the line stayed open", async () => {
  const bench = openCall();
  bench.stick(true);
  consumerSays(bench, "u1", "Stop calling me.");
  await nextTurn();
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
  bench.phone.hearAll();
  for (let seconds = 0; seconds < 10; seconds++) {
    bench.clock.advance(1000);
    await nextTurn();
  }
  expect(bench.ended).toEqual([]);
  bench.stick(false);
  bench.clock.advance(2000);
  await nextTurn();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL91] keys from before an opt-out made the model answer after it", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("1");
  bench.phone.says().keyPressed("9");
  await nextTurn();
  const before = spoken(bench).length;
  bench.clock.advance(3000);
  expect(spoken(bench).slice(before)).toEqual([]);
});

test("[CL91] a tool called after an opt-out still planned another call", async () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], {
    tools: [
      {
        toolCallId: "t1",
        name: "confirm_person",
        arguments: { words: "yes" },
        atMs: 0,
        result: { ok: true, text: "Confirmed.", durationMs: 1 },
      },
    ],
  });
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  consumerSays(bench, "u1", "Stop calling me.");
  const later = { toolCallId: "t2", itemId: "t2", name: "call_later" };
  bench.voiceSays().toolCalled({ ...later, argumentsJson: '{"when":"in 2 hours"}' });
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(bench.recorded).toContainEqual(
    expect.objectContaining({ type: "tool.returned", toolCallId: "t2", ok: false }),
  );
  expect(bench.recorded).not.toContainEqual(expect.objectContaining({ type: "call.followUpRequested" }));
});

test("[CL201] a call_later that was under way when they opted out still promised another call", async () => {
  const confirmed = { ok: true, text: "Confirmed.", durationMs: 1 };
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], {
    tools: [{ toolCallId: "t1", name: "confirm_person", arguments: {}, atMs: 0, result: confirmed }],
  });
  const planning = Promise.withResolvers<FollowUp>();
  bench.diary.followUp = planning.promise;
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  const later = { toolCallId: "t2", itemId: "t2", name: "call_later" };
  bench.voiceSays().toolCalled({ ...later, argumentsJson: '{"when":"in 2 hours"}' });
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  bench.phone.says().keyPressed("9");
  const planned = { followUpCallId: "call_later01", scheduledFor: "2026-11-24T17:00:00.000Z" };
  planning.resolve({ kind: "planned", planned });
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  const returned = { type: "tool.returned", toolCallId: "t2", ok: false };
  expect(bench.recorded).toContainEqual(expect.objectContaining(returned));
  expect(bench.recorded).not.toContainEqual(expect.objectContaining({ type: "call.followUpRequested" }));
});
