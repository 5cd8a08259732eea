import { historyOf } from "#server/calls/live/history.ts";
import { resumeGuidance } from "#server/calls/live/resume-guidance.ts";
import { actorBench, kinds, openCall, segments } from "#server/calls/testing/actor-bench.ts";
import type { ToolView } from "#shared/call/view.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

const tool = (toolCallId: string, name: string, result: ToolView["result"], given = {}): ToolView => ({
  toolCallId,
  name,
  arguments: given,
  atMs: 500,
  result,
});
const noted = { ok: true, text: "Noted.", durationMs: 1 };
const segment = (startMs: number, speaker: "agent" | "consumer", text: string, heardText?: string) => ({
  segmentId: `s${startMs}`,
  speaker,
  text,
  startMs,
  endMs: startMs + 1,
  ...(heardText !== undefined && { heardText, interrupted: true as const }),
});

test("[CL100] the new voice session is told what was heard and done, in the order of the talk", () => {
  const view = {
    transcript: [
      segment(0, "agent", "What is broken?"),
      segment(400, "consumer", "The sink."),
      segment(600, "agent", "Thank you. When may somebody come?", "Thank you. When"),
    ],
    tools: [tool("t1", "record_answer", noted, { topic: "what", answer: "sink" })],
  };
  expect(historyOf(view, { callId: "c", segmentId: "d", speaker: "consumer", text: "On Wed" })).toEqual([
    { speaker: "agent", text: "What is broken?" },
    { speaker: "consumer", text: "The sink." },
    {
      speaker: "tool",
      toolCallId: "t1",
      name: "record_answer",
      argumentsJson: '{"topic":"what","answer":"sink"}',
      output: "Noted.",
    },
    { speaker: "agent", text: "Thank you. When" },
    { speaker: "consumer", text: "On Wed —" },
  ]);
});

test("[CL100] a long call is handed over as its answers and its newest turns", () => {
  const transcript = Array.from({ length: 100 }, (_, at) => segment(at, "agent", `turn ${at}`));
  const tools = [tool("t1", "record_answer", noted, { topic: "what", answer: "sink" })];
  const turns = historyOf({ transcript, tools }, null);
  expect(turns).toHaveLength(41);
  expect(turns[0]).toEqual({
    speaker: "note",
    text: "Earlier in this call there were 61 more turns. Answers noted so far: what: sink.",
  });
  expect(turns.slice(-1)).toEqual([
    {
      speaker: "tool",
      toolCallId: "t1",
      name: "record_answer",
      argumentsJson: '{"topic":"what","answer":"sink"}',
      output: "Noted.",
    },
  ]);
});

test("[CL100] a tool whose result was lost is told as unknown, looked up, and not run again", async () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello" }], {
    tools: [tool("t1", "offer_slots", null)],
  });
  expect(bench.sessions[0]?.options.history).toEqual([{ speaker: "agent", text: "Hello" }]);
  bench.join();
  await nextTurn();
  const returned = { type: "tool.returned", toolCallId: "t1", ok: false };
  expect(bench.recorded).toMatchObject([returned]);
  // The session was opened before the claim: what it did not know yet is added.
  expect(bench.asked[0]).toMatch(/^recall \[\{"speaker":"tool","toolCallId":"t1".*Do not do it again/);
  bench.voiceSays().ready();
  bench.voiceSays().toolCalled({ toolCallId: "t1", itemId: "f", name: "offer_slots", argumentsJson: "{}" });
  await nextTurn();
  expect(bench.optOuts).toEqual([]);
});

test("[CL43] [CL323] the agent says its sentence again when it was cut off, and asks for theirs when they were", () => {
  expect(resumeGuidance(null)).not.toContain("sentence");
  for (const cutOff of [null, "agent", "consumer"] as const)
    expect(resumeGuidance(cutOff)).toContain("ask them to press it again");
  expect(resumeGuidance("agent")).toContain("Your last sentence was cut off");
  expect(resumeGuidance("consumer")).toContain("ask them to say it once more");
});

test("[CL104] a line that breaks after the goodbye is not talked on: one last word, and the call ends as it was meant to", async () => {
  const tools = [tool("t1", "end_call", { ok: true, text: "", durationMs: 1 }, { reason: "declined" })];
  const bench = actorBench([{ speaker: "agent", text: "Goodbye." }], { tools });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  expect(bench.asked.filter((line) => !line.startsWith("recall"))).toEqual(["say Goodbye."]);
  bench.clock.advance(10_000);
  expect(bench.ended).toEqual([{ status: "completed", reason: "declined" }]);
});

test("[CL104] somebody who answered the goodbye keeps the line after a break", async () => {
  const tools = [{ ...tool("t1", "end_call", { ok: true, text: "", durationMs: 1 }), atMs: 0 }];
  const turns = [
    { speaker: "agent" as const, text: "Goodbye." },
    { speaker: "consumer" as const, text: "Wait, one more thing." },
  ];
  const bench = actorBench(turns, { tools });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  bench.clock.advance(10_000);
  expect(bench.asked).toContain("respond guided");
  expect(bench.ended).toEqual([]);
});

test("[CL104] an opt-out that was not confirmed before the line broke is confirmed, and nothing else is said", async () => {
  const bench = actorBench([{ speaker: "consumer", text: "Stop calling me" }], { optedOut: true });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  expect(bench.asked.filter((line) => /^(say|respond)/.test(line))).toEqual([
    "say You will not be called again. Goodbye.",
  ]);
  bench.clock.advance(10_000);
  expect(bench.ended).toEqual([{ status: "completed", reason: "opted_out" }]);
});

test("[CL103] words that the lost voice session had half recognised are kept, and the end of the call does not wait for the rest", async () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.voiceSays().consumerWords({ itemId: "u1", text: "On Wednes", final: false, audioSeconds: null });
  bench.voiceSays().closed({ reason: "lost", fatal: false });
  await nextTurn();
  expect(segments(bench).at(-1)).toMatchObject({ segmentId: "u1", speaker: "consumer", text: "On Wednes" });
  await bench.actor.release("test");
  expect(kinds(bench).filter((kind) => kind === "transcript.segment")).toHaveLength(2);
});
