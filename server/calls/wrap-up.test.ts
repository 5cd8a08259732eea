import type { Analyst, AnalystResult, CallToAnalyse } from "#server/analyst/analyst.ts";
import type { CallInput } from "#server/calls/state/call-state.ts";
import { callHead, scriptedVoice } from "#server/calls/testing/scripted-sides.ts";
import { WrapUp } from "#server/calls/wrap-up.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import type { Analysis, CallEvent, NewCallEvent } from "#shared/call/events.ts";
import type { FinalStatus } from "#shared/call/status.ts";
import { expect, test } from "vitest";

const FOUND: Analysis = {
  summary: "They agreed on a visit.",
  outcome: "objective_met",
  sentiment: "positive",
  nextStep: "Come on Tuesday.",
  answers: [],
  evidence: ["seg_1"],
};
const USAGE = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 10 };
const done: AnalystResult<Analysis> = { kind: "done", value: FOUND, usage: USAGE };
const said: NewCallEvent = {
  type: "transcript.segment",
  segmentId: "seg_1",
  speaker: "consumer",
  text: "Yes.",
  startMs: 0,
  endMs: 1,
};

/** A talk that is over, summed up with an analyst that answers as told. */
async function sumUp(events: NewCallEvent[], answer = done, status: FinalStatus = "completed") {
  const clock = new ManualClock();
  const head = callHead(clock.nowMs());
  const attempt = { attemptId: "att_00000001", number: 1, from: "+16505550100", placeId: "p" };
  const row = { attemptId: attempt.attemptId, carrierCallId: "CA1", answeredAt: 0, endedAt: 61_000 };
  const end = { status, reason: "over" };
  const call = {
    ...head,
    state: { phase: "wrappingUp" as const, attempt, end, carrierCallId: "CA1", talkedMs: 61_000 },
    usage: { ...NO_VOICE_TOTALS, audioOut: 8 },
    carrierCalls: [row],
  };
  const journal: CallEvent[] = events.map((one, index) => ({
    ...one,
    seq: index + 1,
    at: new Date(clock.nowMs()).toISOString(),
  }));
  const asked: CallToAnalyse[] = [];
  const optOuts: string[] = [];
  const summedUp = Promise.withResolvers<CallInput>();
  const analyst: Analyst = {
    model: "claude",
    priceTable: "anthropic-test",
    async analyseCall(question) {
      asked.push(question);
      return answer;
    },
    classifyLead: async () => ({ kind: "fatal", reason: "not here" }),
    check: async () => ({ ok: true, reason: "" }),
    costCents: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
  };
  const wrapUp = new WrapUp({
    store: { head: async () => call, events: async () => ({ events: journal, seq: journal.length }) },
    async advance(_callId, input) {
      if (typeof input !== "function") summedUp.resolve(input);
      return { kind: "unchanged", call };
    },
    analyst,
    voice: scriptedVoice().voice,
    clock,
    logger: silentLogger,
    settled: async () => undefined,
    optOut: async (callId) => void optOuts.push(callId),
  });
  wrapUp.start(call._id);
  const input = await summedUp.promise;
  if (input.kind !== "summedUp") throw new Error("It was not summed up.");
  const eventOf = (type: string) => input.events.find((event) => event.type === type);
  return {
    outcome: input.outcome,
    analysis: eventOf("analysis.completed"),
    cost: eventOf("cost.updated"),
    asked,
    optOuts,
  };
}

test("[CL50] [CL110] summary, outcome and the whole cost, with what it was made of", async () => {
  const { outcome, analysis, cost } = await sumUp([said]);
  expect(outcome).toBe("objective_met");
  expect(analysis).toMatchObject(FOUND);
  expect(cost).toMatchObject({
    carrierCents: 4.35,
    voiceCents: 8,
    analystCents: 110,
    totalCents: 122.35,
    estimated: true,
    detail: {
      carrier: { attempts: [{ seconds: 61, priced: false }] },
      voice: { model: "scripted", usage: { audioOut: 8 } },
      analyst: { model: "claude", priceTable: "anthropic-test", usage: USAGE },
    },
  });
});

test("[CL92] an opt-out that was said and never stored is found in the words", async () => {
  const stop = { ...said, text: "Take me off your list." };
  expect(await sumUp([stop])).toMatchObject({ outcome: "opted_out", optOuts: [expect.any(String)] });
  expect((await sumUp([said])).optOuts).toEqual([]);
});

test("[CL200] an opt-out whose owner was killed between journal and suppression was never carried out", async () => {
  const { optOuts } = await sumUp([said, { type: "optOut.recorded", how: "key" }]);
  expect(optOuts).toHaveLength(1);
});

test("[CL112] an opt-out that was recorded outranks whatever the analyst makes of the talk", async () => {
  const optedOut: NewCallEvent = { type: "optOut.recorded", how: "spoken" };
  expect(await sumUp([said, optedOut])).toMatchObject({
    outcome: "opted_out",
    analysis: { outcome: "opted_out", summary: FOUND.summary },
  });
  const away: AnalystResult<Analysis> = { kind: "fatal", reason: "no key" };
  expect((await sumUp([said, optedOut], away)).outcome).toBe("opted_out");
});

test("[CL112] what the tools brought about is told as fact, their failures are not", async () => {
  const tool = (toolCallId: string, name: string, ok: boolean, result: string): NewCallEvent[] => [
    { type: "tool.called", toolCallId, name, arguments: { topic: "Roof", answer: "Slate" }, atMs: 1 },
    { type: "tool.returned", toolCallId, ok, result, durationMs: 1 },
  ];
  const { asked } = await sumUp([
    said,
    ...tool("t1", "record_answer", true, "Noted."),
    ...tool("t2", "book_slot", true, "Booked for Tuesday."),
    ...tool("t3", "book_slot", false, "That slot is taken."),
  ]);
  expect(asked).toMatchObject([
    { answers: [{ topic: "Roof", answer: "Slate" }], facts: ["book_slot: Booked for Tuesday."] },
  ]);
});

test("[CL112] an answer of the analyst that cannot be used is still paid for", async () => {
  const unusable: AnalystResult<Analysis> = { kind: "unusable", reason: "cut off", usage: USAGE };
  const { outcome, analysis, cost } = await sumUp([said], unusable);
  expect({ outcome, analysis }).toEqual({ outcome: null, analysis: undefined });
  expect(cost).toMatchObject({ analystCents: 110, detail: { analyst: { usage: USAGE } } });
});

test("[CL112] a machine is not summed up", async () => {
  const { outcome, asked, cost } = await sumUp([said], done, "voicemail");
  expect(outcome).toBe("voicemail");
  expect(asked).toEqual([]);
  expect(cost).toMatchObject({ analystCents: 0, detail: { analyst: null } });
});
