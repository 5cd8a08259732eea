import { CallTelephony } from "#server/calls/call-telephony.ts";
import { callHead, phoneEar } from "#server/calls/testing/scripted-sides.ts";
import type { CallState } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

/** Every socket is let in. */
function admitting() {
  const clock = new ManualClock();
  const attempt = { attemptId: "att_00000001", number: 1, from: "+16505550100", placeId: "place_1" };
  const answered = { attempt, carrierCallId: "CA1", answeredAt: 0, connectedAts: [0] };
  const state: CallState = { phase: "answered", ...answered, token: null, streams: 0 };
  const call = { ...callHead(clock.nowMs()), state };
  const joined: number[] = [];
  const telephony = new CallTelephony({
    clock,
    logger: silentLogger,
    advance: async () => ({ kind: "stepped", call, step: { state, events: [], effects: [] } }),
    queries: { byAttempt: async () => call },
    store: { events: async () => null },
    suppressions: { isSuppressed: async () => false },
    actors: { hears: () => false, join: (_call, { epoch }) => joined.push(epoch) },
    resumed() {},
  });
  return { clock, telephony, joined };
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
