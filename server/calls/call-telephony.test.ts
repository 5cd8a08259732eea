import { CallTelephony } from "#server/calls/call-telephony.ts";
import { callHead, phoneEar } from "#server/calls/testing/scripted-sides.ts";
import type { CallState } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import { expect, test } from "vitest";

/** Every socket is let in. */
function admitting(...journal: NewCallEvent[]) {
  const clock = new ManualClock();
  const attempt = { attemptId: "att_00000001", number: 1, from: "+16505550100", placeId: "place_1" };
  const answered = { attempt, carrierCallId: "CA1", answeredAt: 0, connectedAts: [0] };
  const state: CallState = { phase: "answered", ...answered, token: null, streams: 0 };
  const call = { ...callHead(clock.nowMs()), state };
  const joined: number[] = [];
  const inputs: unknown[] = [];
  let isSuppressed = false;
  const events = journal.map((event, index) => ({ ...event, seq: index + 1, at: "2026-11-24T15:00:00Z" }));
  const telephony = new CallTelephony({
    clock,
    logger: silentLogger,
    async advance(_callId, input) {
      inputs.push(input);
      return { kind: "stepped", call, step: { state, events: [], effects: [] } };
    },
    queries: { byAttempt: async () => call },
    store: { events: async () => ({ events, seq: events.length }), head: async () => call },
    suppressions: { isSuppressed: async () => isSuppressed },
    actors: { hears: () => false, join: (_call, { epoch }) => joined.push(epoch) },
    resumed() {},
  });
  const suppress = () => void (isSuppressed = true);
  return { clock, telephony, joined, inputs, call, suppress };
}

test("a media socket that had come was waited for another minute", async () => {
  const { clock, telephony, joined } = admitting();
  expect(await telephony.admitStream("att_00000001", "token")).toBe(true);
  telephony.streamOpened("att_00000001", "token", phoneEar().stream);
  expect(joined).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test("a media socket that never comes is forgotten after a minute", async () => {
  const { clock, telephony, joined } = admitting();
  await telephony.admitStream("att_00000001", "token");
  clock.advance(60_000);
  telephony.streamOpened("att_00000001", "token", phoneEar().stream);
  expect(joined).toEqual([]);
  expect(clock.pending).toBe(0);
});

test("[CL192] a call that moved since its owner was found silent is left alone", async () => {
  const { telephony, inputs, call } = admitting();
  for (const changed of [{ beat: call.beat + 1 }, { revision: call.revision + 1 }, { epoch: call.epoch + 1 }])
    expect(await telephony.ownerSilent({ ...call, ...changed })).toBeNull();
  expect(inputs).toEqual([]);
  const told = { attemptId: "att_00000001", carrierCallId: "CA1", instruction: { kind: "connect" } };
  expect(await telephony.ownerSilent(call)).toMatchObject(told);
});

test("[CL192] a server that stops calls no carrier to itself", async () => {
  const { telephony, inputs, call } = admitting();
  telephony.stop();
  expect(await telephony.ownerSilent(call)).toBeNull();
  expect(inputs).toEqual([]);
});

const VERDICT = { carrierCallId: "CA1", answeredBy: "machine", greetingEnded: true } as const;
const said = (text: string): NewCallEvent => ({
  type: "transcript.segment",
  segmentId: text,
  speaker: "consumer",
  text,
  startMs: 0,
  endMs: 1000,
});

test("a verdict of the carrier, with nothing that speaks against it, counts", async () => {
  const { telephony, inputs } = admitting(said("Hello?"));
  await telephony.machineDetected("att_00000001", VERDICT);
  expect(inputs).toMatchObject([{ kind: "machineAnswered" }]);
});

test("[CL91] a late verdict of the carrier left a message with somebody who had opted out", async () => {
  const { telephony, inputs } = admitting({ type: "optOut.recorded", how: "key" });
  await telephony.machineDetected("att_00000001", VERDICT);
  expect(inputs).toEqual([]);
});

test("[CL95] the carrier's verdict about a screening service hung up before the person came", async () => {
  const { telephony, inputs } = admitting(said("This call is being screened. Please state your name."));
  await telephony.machineDetected("att_00000001", VERDICT);
  expect(inputs).toEqual([]);
});

test("[CL40] somebody who opted out while the phone rang is not talked to when they pick up", async () => {
  const { telephony, inputs, suppress } = admitting();
  suppress();
  expect(await telephony.answered("att_00000001", "CA1")).toEqual({ kind: "hangUp" });
  expect(inputs).toEqual([{ kind: "hangUpAsked", end: { status: "failed", reason: "suppression" } }]);
});
