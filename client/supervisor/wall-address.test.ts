import { businessesOf, wallAddressSchema, wallCalls } from "#client/supervisor/wall-address.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { callSummarySchema } from "#shared/call/summary.ts";
import { expect, test } from "vitest";

const at = { nowMs: Date.parse("2026-11-24T12:10:00.000Z"), timeLimitMs: 900_000 };
const call = (callId: string, more: object = {}) =>
  callSummarySchema.parse({
    callId,
    seq: 1,
    status: "in_progress",
    businessId: "biz_1",
    businessName: "Acme",
    consumerName: "Maria",
    consumerPhone: "•••• 0123",
    objective: "Agree on a visit",
    attemptNumber: 1,
    requestedAt: "2026-11-24T12:00:00.000Z",
    scheduledFor: null,
    answeredAt: "2026-11-24T12:09:00.000Z",
    endedAt: null,
    outcome: null,
    lastLine: null,
    lastLatencyMs: null,
    totalCents: null,
    ...more,
  });
const calls = [
  call("fresh", { lastLatencyMs: 1_900 }),
  call("old", { answeredAt: "2026-11-24T12:05:00.000Z", lastLatencyMs: 300 }),
  call("asked", {
    signals: { ...NO_HELP_SIGNALS, personAsked: true },
    businessId: "biz_2",
    businessName: "Bright",
  }),
  call("rings", { status: "ringing", answeredAt: null }),
  call("sums", { status: "wrapping_up" }),
];
const shown = (address: object) =>
  wallCalls(calls, wallAddressSchema.parse(address), at).map(({ callId }) => callId);

test("[UI40] without a word in the address the neediest is first, then the longest talk, then who rings", () => {
  expect(shown({})).toEqual(["asked", "old", "fresh", "rings", "sums"]);
});

test("[UI41] business, state, need and sort are in the address; what it does not know it leaves out", () => {
  expect(shown({ sort: "longest" })).toEqual(["old", "asked", "fresh", "rings", "sums"]);
  expect(shown({ sort: "slowest" })[0]).toBe("fresh");
  expect(shown({ sort: "newest" })[0]).toBe("sums");
  expect(shown({ business: "biz_2" })).toEqual(["asked"]);
  expect(shown({ needs: "you" })).toEqual(["asked"]);
  expect(shown({ state: "calling" })).toEqual(["rings"]);
  expect(shown({ state: "ending" })).toEqual(["sums"]);
  expect(shown({ sort: "name", state: "asleep", search: "Maria" })).toHaveLength(5);
});

test("[UI41] businesses are offered by name; the one in the address stays although it has no call", () => {
  expect(businessesOf(calls, undefined).map(({ name }) => name)).toEqual(["Acme", "Bright"]);
  expect(businessesOf([], "biz_9")).toEqual([{ businessId: "biz_9", name: "Another business" }]);
});
