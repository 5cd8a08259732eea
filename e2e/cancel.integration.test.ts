import { type Api, callEnds, callReaches, journalOf } from "#e2e/support/api.ts";
import { isUnderWay } from "#e2e/support/sandbox.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, startWorld, type World } from "#e2e/support/world.ts";
import type { CallStatus } from "#shared/call/status.ts";
import { afterAll, beforeAll, expect, test } from "vitest";

const PATIENT_DIAL_MS = 300_000;

let world: World;
beforeAll(async () => {
  // One line for the whole installation: the second call waits in the queue as long as the first one is on the phone.
  world = await startWorld({ MAX_LIVE_CALLS: "1", RING_TIMEOUT_SECONDS: "120" });
});
afterAll(() => world.stop());

/** Cancels twice, which is the same as once, and returns the finished call. */
async function cancelled(api: Api, callId: string) {
  expect(await api.call.cancel({ callId })).toMatchObject({ callId, cancelled: true });
  const view = await callEnds(api, callId);
  expect(await api.call.cancel({ callId })).toEqual({ callId, status: "cancelled", cancelled: true });
  const events = await journalOf(api, callId);
  expect(events.filter(({ type }) => type === "call.ended")).toHaveLength(1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  return view;
}

async function phoneIsQuiet(number: string) {
  return until("the phone is quiet", async () => {
    const calls = await world.sandbox.calls(number);
    return !calls.some(isUnderWay) && calls;
  });
}

test.each<{
  state: CallStatus;
  callee: "no-answer" | typeof LISTENER;
  dialMs: number;
  reason: string;
  rings: number;
}>([
  {
    state: "dialing",
    callee: "no-answer",
    dialMs: PATIENT_DIAL_MS,
    reason: "cancelled_before_answer",
    rings: 0,
  },
  { state: "ringing", callee: "no-answer", dialMs: 300, reason: "cancelled_before_answer", rings: 1 },
  { state: "in_progress", callee: LISTENER, dialMs: 300, reason: "cancelled_after_answer", rings: 1 },
])(
  "[CL11] cancel while $state: $reason, the phone is quiet",
  async ({ state, callee, dialMs, reason, rings }) => {
    await world.sandbox.settings({ dialMs });
    const { consumer, business, request } = await callCase(world, callee);
    const callId = await request();
    await callReaches(business.api, callId, [state]);
    const [placed] = await until("the carrier has it", async () => {
      const calls = await world.sandbox.calls(consumer.number);
      return calls.length > 0 && calls;
    });
    expect(placed).toBeDefined();
    const view = await cancelled(business.api, callId);
    expect(view).toMatchObject({ status: "cancelled", endReason: reason });
    const phone = await phoneIsQuiet(consumer.number);
    expect(phone.map((call) => call.rings)).toEqual([rings]);
  },
);

test("[CL14] cancel while queued: nobody is dialled", async () => {
  await world.sandbox.settings({ dialMs: 300 });
  const first = await callCase(world, LISTENER);
  const second = await callCase(world, LISTENER);
  const firstId = await first.request();
  await callReaches(first.business.api, firstId, ["in_progress"]);
  const secondId = await second.request();
  expect((await second.business.api.call.get({ callId: secondId })).status).toBe("queued");
  const view = await cancelled(second.business.api, secondId);
  expect(view).toMatchObject({ status: "cancelled", endReason: "cancelled_before_dialing", attempts: [] });
  await cancelled(first.business.api, firstId);
  expect(await world.sandbox.calls(second.consumer.number)).toEqual([]);
});

test("[CL14] cancel while scheduled: nobody is dialled", async () => {
  const { consumer, business, leadId } = await callCase(world, LISTENER);
  const { call_id: callId, scheduled_for: scheduledFor } = await business.api.business.requestAICall({
    leadId,
    objective: "Find out when somebody may come by.",
    scheduledTime: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect(scheduledFor).not.toBeNull();
  expect(await cancelled(business.api, callId)).toMatchObject({ endReason: "cancelled_before_dialing" });
  expect(await world.sandbox.calls(consumer.number)).toEqual([]);
});
