import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";
const supervisor: Caller = {
  accountId: "acc_super",
  name: "Sue",
  email: "sue@people.test",
  role: "supervisor",
  businessId: null,
};

function start(options: Parameters<typeof callsBench>[1] = {}) {
  const bench = callsBench(database(), options);
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.pausing.resume(supervisor);
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return bench;
}

test("[CL261] a pause on one server is obeyed by all; requests succeed and wait; resuming lets them go", async () => {
  const one = start();
  const other = start({ clock: one.clock });
  const { pause } = await one.calls.pausing.pause(supervisor, "Storm in the data centre");
  expect(pause).toEqual({ reason: "Storm in the data centre", by: "Sue", at: "2026-11-24T15:00:00.000Z" });
  const reply = await other.calls.request(other.business, { leadId: "lead_paused01", objective });
  expect(reply).toMatchObject({ success: true, queue_position: 1 });
  expect(reply.message).toBe("Calling is paused at the moment. The call is next in line.");
  expect(await other.calls.requests.place(other.business, reply.call_id)).toMatchObject({
    queuePosition: 1,
    dialingPaused: true,
  });
  for (let seconds = 0; seconds < 5; seconds++) one.clock.advance(1000);
  // Both queues have looked by now: what they began is over.
  await one.calls.drain();
  await other.calls.drain();
  expect([...one.dials, ...other.dials]).toHaveLength(0);
  expect(await one.documents.findOne({ _id: reply.call_id })).toMatchObject({ status: "queued" });
  one.calls.start();
  expect(await one.calls.pausing.resume(supervisor)).toEqual({ pause: null });
  await becomes(one.documents, reply.call_id, { status: "dialing" });
});

test("[CL261] pausing twice keeps the newer reason, resuming twice changes nothing", async () => {
  const { calls, clock } = start();
  await calls.pausing.pause(supervisor, "First reason");
  await calls.pausing.pause(supervisor, "Second reason");
  expect(await new DialSwitch(database().connection, clock).paused()).toMatchObject({
    reason: "Second reason",
  });
  await calls.pausing.resume(supervisor);
  expect(await calls.pausing.resume(supervisor)).toEqual({ pause: null });
});

test("[CL260] a business with one call is dialled after one call of the business that asked for many; places and board say so", async () => {
  const bench = start({ config: { maxLiveCalls: 1 } });
  const other = start({ clock: bench.clock, config: { maxLiveCalls: 1 } });
  await bench.calls.pausing.pause(supervisor, "Wait for the line");
  const many: string[] = [];
  for (let calls = 0; calls < 4; calls++) {
    bench.clock.advance(10);
    const leadId = `lead_many000${calls}`;
    many.push((await bench.calls.request(bench.business, { leadId, objective })).call_id);
  }
  bench.clock.advance(10);
  const single = await other.calls.request(other.business, { leadId: "lead_single01", objective });
  expect(single.queue_position).toBe(2);
  expect((await bench.calls.queries.board()).waiting.map((row) => row.callId)).toEqual([
    many[0],
    single.call_id,
    ...many.slice(1),
  ]);
  expect(await bench.calls.requests.place(bench.business, many[3] ?? "")).toMatchObject({ queuePosition: 5 });
  await other.calls.drain();
  await bench.calls.pausing.resume(supervisor);
  await becomes(bench.documents, many[0] ?? "", { status: "dialing" });
  await expect.poll(() => bench.dials, { timeout: 20_000 }).toHaveLength(1);
  await bench.calls.stops.cancel(bench.business, many[0] ?? "");
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const report = {
    carrierCallId: `CA-${attemptId}`,
    status: "cancelled" as const,
    sequence: 3,
    durationSeconds: 0,
  };
  await bench.calls.telephonyEvents.statusChanged(attemptId, report);
  await becomes(bench.documents, single.call_id, { status: "dialing" });
  await expect.poll(() => bench.dials, { timeout: 20_000 }).toHaveLength(2);
});
