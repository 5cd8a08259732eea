import { carrierCallsAfter, type CarrierCallRow } from "#server/calls/cost/carrier-calls.ts";
import { attemptCosts } from "#server/calls/cost/carrier-price.ts";
import { costEvent, voicePart } from "#server/calls/cost/cost-event.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { CARRIER, report, StepJournal } from "#server/calls/testing/step-journal.ts";
import { callHead, scriptedVoice } from "#server/calls/testing/scripted-sides.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import { expect, test } from "vitest";

const NOBODY = { textIn: 0, textInCached: 0, audioIn: 0, audioInCached: 0, textOut: 0, audioOut: 0 };
const answered = (attemptId: string, seconds: number): CarrierCallRow => ({
  attemptId,
  carrierCallId: `CA ${attemptId}`,
  answeredAt: 0,
  endedAt: seconds * 1000,
});

test("[CL110] started minutes are billed, a ringing phone is free, each answered attempt counts", () => {
  const rang = { attemptId: "att_1", carrierCallId: "CA1", answeredAt: null, endedAt: 20_000 };
  const rows = [rang, answered("att_2", 12), answered("att_3", 61)];
  expect(attemptCosts(rows, 99_000)).toEqual([
    {
      attemptId: "att_2",
      seconds: 12,
      connectionCents: 1.4,
      streamCents: 0.4,
      detectionCents: 0.75,
      priced: false,
    },
    {
      attemptId: "att_3",
      seconds: 61,
      connectionCents: 2.8,
      streamCents: 0.8,
      detectionCents: 0.75,
      priced: false,
    },
  ]);
});

test("[CL110] the carrier's price replaces the connection's and leaves stream and detection at list price, with its own duration", () => {
  const bills = new Map([["CA att_1", { connectionCents: 2.2, durationSeconds: 59 }]]);
  expect(attemptCosts([answered("att_1", 63)], 0, bills)).toEqual([
    {
      attemptId: "att_1",
      seconds: 59,
      connectionCents: 2.2,
      streamCents: 0.4,
      detectionCents: 0.75,
      priced: true,
    },
  ]);
});

test("[CL110] the cost is an estimate until every answered attempt is priced, and its parts sum up to it", () => {
  const voice = voicePart(scriptedVoice().voice, {
    ...NO_VOICE_TOTALS,
    audioOut: 7,
    transcriptionSeconds: 3,
  });
  const bills = new Map([["CA att_1", { connectionCents: 2.2, durationSeconds: 59 }]]);
  const rows = [answered("att_1", 59), answered("att_2", 10)];
  const attempts = attemptCosts(rows, 0, bills);
  const cost = costEvent({ attempts, voice, analyst: null, analystCents: 0.3 });
  expect(cost).toMatchObject({ carrierCents: 5.9, voiceCents: 10, analystCents: 0.3, totalCents: 16.2 });
  expect(cost.estimated).toBe(true);
  bills.set("CA att_2", { connectionCents: 1.1, durationSeconds: 10 });
  const settled = costEvent({
    attempts: attemptCosts(rows, 0, bills),
    voice,
    analyst: null,
    analystCents: 0.3,
  });
  expect(settled.estimated).toBe(false);
  expect(settled.detail?.voice.usage.audioOut).toBe(7);
});

test("[CL110] a machine that picked up is on the bill, also when its verdict was the first thing heard of it", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed({ kind: "machineAnswered", attemptId, carrierCallId: CARRIER, answeredBy: "machine" });
  call.nowMs += 4000;
  call.feed(report(attemptId, "completed"));
  expect(call.carrierCalls).toEqual([
    { attemptId, carrierCallId: CARRIER, answeredAt: call.nowMs - 4000, endedAt: call.nowMs },
  ]);
});

test("[CL110] a phone that was put down before anything reached us is on the bill", () => {
  const call = new StepJournal();
  const attemptId = call.claim();
  call.feed(report(attemptId, "completed"));
  expect(call.carrierCalls).toMatchObject([{ attemptId, answeredAt: call.nowMs, endedAt: call.nowMs }]);
});

test("[CL110] a foreign input names no carrier call", () => {
  const call = new StepJournal();
  const move = {
    before: call.state,
    after: call.state,
    nowMs: 0,
    input: report("att_00000009", "completed"),
  };
  expect(carrierCallsAfter([], move)).toEqual([]);
});

test("[CL111] what earlier sessions, attempts, cancelled and failed answers used is in the figure on the screen", () => {
  const clock = new ManualClock();
  const events: NewCallEvent[] = [];
  const head = callHead(clock.nowMs());
  const used = { ...NO_VOICE_TOTALS, audioIn: 5 };
  const running = new RunningCost(
    { voice: scriptedVoice().voice, clock, callMs: () => 70_000, record: (event) => events.push(event) },
    { ...head, carrierCalls: [answered("att_1", 8)] },
    used,
  );
  running.addAnswer({ ...NOBODY, audioIn: 2, audioOut: 3 });
  clock.advance(5000);
  running.addTranscription(4);
  clock.advance(5000);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ voiceCents: 14, carrierCents: 6.9, analystCents: 0, estimated: true });
  expect(running.usage).toEqual({ ...NO_VOICE_TOTALS, audioIn: 7, audioOut: 3, transcriptionSeconds: 4 });
  running.flush();
  expect(events).toHaveLength(1);
});
