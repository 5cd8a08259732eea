import { byNeed, HELP_REASONS, helpNeed, NEEDS_YOU } from "#shared/call/help-need.ts";
import { applyHelpSignals, type HelpSignals, NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import type { CallEvent } from "#shared/call/events.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const NOW_MS = Date.parse("2026-11-24T12:00:00.000Z");
const at = { nowMs: NOW_MS, timeLimitMs: 900_000 };
const row = (signals: Partial<HelpSignals>, more: object = {}) => ({
  callId: "call_1",
  status: "in_progress" as const,
  answeredAt: "2026-11-24T11:59:00.000Z",
  requestedAt: "2026-11-24T11:58:00.000Z",
  signals: { ...NO_HELP_SIGNALS, ...signals },
  ...more,
});

let seq = 0;
const line = (speaker: "agent" | "consumer", text: string, interrupted?: true): CallEvent => ({
  type: "transcript.segment",
  seq: ++seq,
  at: "2026-11-24T12:00:00.000Z",
  segmentId: `seg_${seq}`,
  speaker,
  text,
  startMs: seq,
  endMs: seq + 1,
  ...(interrupted && { interrupted, heardText: "" }),
});
const event = (one: object): CallEvent =>
  ({ seq: ++seq, at: "2026-11-24T12:00:00.000Z", ...one }) as CallEvent;
const after = (...events: CallEvent[]) => events.reduce(applyHelpSignals, NO_HELP_SIGNALS);
const reasonsAfter = (...events: CallEvent[]) => helpNeed(row(after(...events)), at).reasons;

test("[IN1] who asks for a human is noticed in the words and in the agent's own tool", () => {
  expect(reasonsAfter(line("consumer", "Can I speak to a real person, please?"))).toEqual(["personAsked"]);
  expect(reasonsAfter(line("consumer", "Let me talk with your manager."))).toEqual(["personAsked"]);
  const tool = { type: "tool.called", toolCallId: "t", name: "request_person", arguments: {}, atMs: 0 };
  expect(reasonsAfter(event(tool))).toEqual(["personAsked"]);
  expect(reasonsAfter(line("consumer", "One person lives here."))).toEqual([]);
  expect(reasonsAfter(line("agent", "You can always speak to a person."))).toEqual([]);
});

test("[IN1] twice badly in a short while counts, once or long apart does not", () => {
  const slow = event({ type: "turn.measured", latencyMs: 1_501, atMs: 0 });
  const quick = event({ type: "turn.measured", latencyMs: 700, atMs: 0 });
  expect(reasonsAfter(slow)).toEqual([]);
  expect(reasonsAfter(slow, slow)).toEqual(["slow"]);
  expect(reasonsAfter(slow, quick, slow)).toEqual(["slow"]);
  expect(reasonsAfter(slow, quick, quick, slow)).toEqual([]);
  const failed = event({ type: "tool.returned", toolCallId: "t", ok: false, result: "", durationMs: 1 });
  expect(reasonsAfter(failed, failed)).toEqual(["toolsFailed"]);
  const cut = line("agent", "So I wanted to ask whether the roof", true);
  expect(reasonsAfter(cut, line("agent", "Of course.", true))).toEqual(["interrupted"]);
  expect(
    reasonsAfter(line("consumer", "This is ridiculous."), line("consumer", "I already told you!")),
  ).toEqual(["unhappy"]);
});

test("[IN1] an agent that says the same sentence again and again is stuck", () => {
  const again = () => line("agent", "Could you tell me when the leak started?");
  expect(reasonsAfter(again(), again())).toEqual([]);
  expect(reasonsAfter(again(), line("agent", "I see."), again(), again())).toEqual(["stuck"]);
  expect(
    reasonsAfter(line("agent", "All right."), line("agent", "All right."), line("agent", "All right.")),
  ).toEqual([]);
});

test("[IN1] sound that is lost counts until it is back, and what a colleague took in hand counts no more", () => {
  const lost = event({ type: "stream.lost", attemptId: "att_1", epoch: 1, atMs: 1 });
  const back = event({ type: "call.resumed", attemptId: "att_1", epoch: 2, atMs: 2 });
  expect(reasonsAfter(lost)).toEqual(["streamLost"]);
  expect(reasonsAfter(lost, back)).toEqual([]);
  const by = { kind: "system" };
  const flag = event({ type: "flag.raised", by, reason: "They are upset" });
  const taken = event({ type: "holder.changed", holder: "person", by });
  const given = event({ type: "holder.changed", holder: "agent", by });
  expect(reasonsAfter(flag)).toEqual(["flagged"]);
  expect(reasonsAfter(flag, taken)).toEqual([]);
  expect(reasonsAfter(flag, taken, given)).toEqual([]);
  expect(reasonsAfter(flag, taken, given, flag)).toEqual(["flagged"]);
});

test("[IN2] a minute before its limit a talk is near it; only talks need help", () => {
  expect(helpNeed(row({}), { ...at, timeLimitMs: 120_000 }).reasons).toEqual(["nearLimit"]);
  expect(helpNeed(row({}), { ...at, timeLimitMs: 120_001 }).reasons).toEqual([]);
  expect(helpNeed(row({ flagged: true }, { status: "ringing" }), at).score).toBe(0);
  expect(helpNeed(row({ flagged: true }, { signals: undefined }), at).score).toBe(0);
});

const signals = fc.record({
  personAsked: fc.boolean(),
  flagged: fc.boolean(),
  streamLost: fc.boolean(),
  optedOut: fc.boolean(),
  held: fc.boolean(),
  unhappy: fc.integer({ min: 0, max: 6 }),
  slow: fc.integer({ min: 0, max: 6 }),
  interrupted: fc.integer({ min: 0, max: 6 }),
  toolsFailed: fc.integer({ min: 0, max: 6 }),
  repeated: fc.integer({ min: 0, max: 6 }),
  saidLately: fc.constant<number[]>([]),
});
const calls = fc
  .array(
    fc.record({
      status: fc.constantFrom("in_progress" as const, "ringing" as const, "wrapping_up" as const),
      talkedMs: fc.integer({ min: 0, max: 1_000_000 }),
      signals,
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ talkedMs, ...rest }, index) => ({
      ...row({}),
      ...rest,
      callId: `call_${index}`,
      answeredAt: new Date(NOW_MS - talkedMs).toISOString(),
    })),
  );

test("[IN2] the order is total: however the rows come, they end up the same, and the needier never stands behind", () => {
  fc.assert(
    fc.property(calls, fc.integer(), (rows, seed) => {
      const turned = rows
        .map((one, index) => ({ one, key: (index * 7919 + seed) % 13 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ one }) => one);
      const sorted = byNeed(rows, at);
      expect(byNeed(turned, at).map((one) => one.callId)).toEqual(sorted.map((one) => one.callId));
      const scores = sorted.map((one) => helpNeed(one, at).score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }),
  );
});

test("[IN2] one more reason never makes a call less urgent, and whatever needs you now is said in words", () => {
  const flags = fc.constantFrom("personAsked" as const, "flagged" as const, "streamLost" as const);
  fc.assert(
    fc.property(signals, flags, (some, flag) => {
      const before = helpNeed(row({ ...some, [flag]: false }), at);
      const more = helpNeed(row({ ...some, [flag]: true }), at);
      expect(more.score).toBeGreaterThanOrEqual(before.score);
      expect(more.score === 0).toBe(more.reasons.length === 0);
      if (!some.held) expect(more.score).toBeGreaterThanOrEqual(NEEDS_YOU);
      const weights = more.reasons.map((reason) => HELP_REASONS[reason]);
      expect(weights).toEqual(weights.toSorted((a, b) => b - a));
    }),
  );
});
