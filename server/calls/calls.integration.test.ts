import { becomes, becomesInTime, callsBench } from "#server/calls/testing/calls-bench.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
let people = 0;
const someone = () => `lead_person${String(++people).padStart(4, "0")}`;
const objective = "Agree on a visit this week";

type Bench = ReturnType<typeof callsBench>;

function start(options: Parameters<typeof callsBench>[1] = {}): Bench {
  const bench = callsBench(database(), options);
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    // What a test leaves waiting must not be taken by the next one.
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return bench;
}

const request = ({ calls, business }: Bench, leadId = someone()) =>
  calls.request(business, { leadId, objective });

test("[CL1] the record is stored, then dialled; the reply tells the place in the line", async () => {
  const bench = start();
  const reply = await request(bench);
  expect(reply).toMatchObject({ success: true, queue_position: 1, scheduled_for: null });
  await becomes(bench.documents, reply.call_id, { status: "dialing", state: { dial: "placed" } });
  expect(bench.dials).toHaveLength(1);
});

test("[CL3] many writers of one call: every event is stored once, numbers without a hole", async () => {
  const bench = start();
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const store = () =>
    new CallStore({
      connection: database().connection,
      feed: { event() {}, draft() {}, boardChanged() {} },
      clock: bench.clock,
      logger: silentLogger,
      rules: { maxAttempts: 3, retryBackoffMs: 1, timeLimitMs: 1 },
    });
  const writers = Array.from({ length: 8 }, store);
  const note = (noteId: string) => [
    { type: "note.added" as const, noteId, text: "seen", by: { kind: "system" as const } },
  ];
  await Promise.all(
    writers.flatMap((writer, index) => [
      writer.record(callId, null, `rec_${index}a`, note(`${index}a`)),
      writer.record(callId, null, `rec_${index}b`, note(`${index}b`)),
    ]),
  );
  const journal = await store().events(callId, 0);
  expect(journal?.events.map((event) => event.seq)).toEqual(journal?.events.map((_, index) => index + 1));
  expect(journal?.events.filter((event) => event.type === "note.added")).toHaveLength(16);
});

test("[CL4] a batch whose reply was lost is not stored twice", async () => {
  const bench = start();
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const store = new CallStore({
    connection: database().connection,
    feed: { event() {}, draft() {}, boardChanged() {} },
    clock: bench.clock,
    logger: silentLogger,
    rules: { maxAttempts: 3, retryBackoffMs: 1, timeLimitMs: 1 },
  });
  const heard = [{ type: "opening.heard" as const, atMs: 1 }];
  await store.record(callId, 0, "rec_1", heard);
  await store.record(callId, null, "rec_2", [{ type: "optOut.recorded", how: "spoken" }]);
  await store.record(callId, 0, "rec_1", heard);
  const journal = await store.events(callId, 0);
  expect(journal?.events.filter((event) => event.type === "opening.heard")).toHaveLength(1);
});

test("[CL16] a refused key: one dial, one hold, no storm; the call keeps its place and goes on later", async () => {
  const bench = start();
  bench.script.dial = () => ({ kind: "unauthorized", reason: "Twilio refused the credentials." });
  const { call_id: callId } = await request(bench);
  await expect
    .poll(() => bench.calls.hold.reason, { timeout: 20_000 })
    .toBe("Twilio refused the credentials.");
  await becomes(bench.documents, callId, { status: "queued", state: { attemptsMade: 0 } });
  for (let seconds = 0; seconds < 60; seconds++) bench.clock.advance(1000);
  expect(bench.dials).toHaveLength(1);
  expect(bench.script.checks).toBe(2);
  bench.script.dial = (dial) => ({ kind: "placed", carrierCallId: `CA-${dial.attemptId}`, status: "queued" });
  bench.script.check = () => ({ ok: true, reason: "" });
  bench.clock.advance(30_000);
  await becomes(bench.documents, callId, { status: "dialing", state: { attempt: { number: 1 } } });
});

test("[CL15] a lost reply is never dialled again: the carrier is asked, and its answer counts", async () => {
  const bench = start();
  bench.script.dial = () => ({ kind: "unknown", reason: "timeout" });
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "unknown" } });
  bench.script.find = () => ({
    kind: "found",
    call: { carrierCallId: "CA9", status: "ringing", durationSeconds: null, priceCents: null },
  });
  await becomesInTime(bench, callId, { status: "ringing", state: { carrierCallId: "CA9" } });
  expect(bench.dials).toHaveLength(1);
});

test("[CL17] one person is dialled serially, also when two businesses ask at once", async () => {
  const bench = start();
  const leadId = someone();
  const [first, second] = await Promise.all([request(bench, leadId), request(bench, leadId)]);
  const both = [first.call_id, second.call_id];
  await expect
    .poll(
      async () =>
        (await bench.documents.find({ _id: { $in: both } }).toArray()).map((call) => call.status).toSorted(),
      {
        timeout: 20_000,
      },
    )
    .toEqual(["dialing", "scheduled"]);
  expect(bench.dials).toHaveLength(1);
});

test("[CL17] a suppressed person is not dialled although the call was queued before", async () => {
  const bench = start();
  bench.calls.hold.hold("telephony", "wait");
  const leadId = someone();
  const { call_id: callId } = await request(bench, leadId);
  await bench.suppressions.suppress(`key of ${leadId}`, "account");
  bench.script.check = () => ({ ok: true, reason: "" });
  bench.clock.advance(30_000);
  await becomes(bench.documents, callId, { status: "failed", state: { end: { reason: "suppression" } } });
  expect(bench.dials).toHaveLength(0);
});

test("[CL18] two servers on one database stay within the pace and the lines, and dial each call once", async () => {
  const config = { callsPerSecond: 2, maxLiveCalls: 3 };
  const one = start({ config });
  const two = start({ config, clock: one.clock });
  const ids = await Promise.all(Array.from({ length: 6 }, async () => (await request(one)).call_id));
  const dialled = () => [...one.dials, ...two.dials].length;
  let seconds = 1;
  const going = () => {
    expect(dialled()).toBeLessThanOrEqual(config.callsPerSecond * seconds);
    one.clock.advance(1000);
    seconds += 1;
    return dialled();
  };
  await expect.poll(going, { timeout: 20_000 }).toBe(3);
  for (let looks = 0; looks < 5; looks++) expect(going()).toBe(3);
  const live = await one.documents.countDocuments({ _id: { $in: ids }, status: "dialing" });
  expect(live).toBe(3);
});

test("[CL11] cancel answers the truth: waiting, dialling, over", async () => {
  const bench = start();
  bench.calls.hold.hold("telephony", "wait");
  const { call_id: waiting } = await request(bench);
  const reply = { callId: waiting, status: "cancelled", cancelled: true };
  expect(await bench.calls.stops.cancel(bench.business, waiting)).toEqual(reply);
  expect(await bench.calls.stops.cancel(bench.business, waiting)).toEqual(reply);
  const foreign = { ...bench.business, businessId: "biz_other001" };
  await expect(bench.calls.stops.cancel(foreign, waiting)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("[CL12] a cancel while it rings reaches the carrier and ends as cancelled", async () => {
  const bench = start();
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  expect(await bench.calls.stops.cancel(bench.business, callId)).toMatchObject({
    status: "cancelling",
    cancelled: true,
  });
  await becomes(bench.documents, callId, { status: "cancelled", livePersonKey: null });
  expect(bench.script.ended).toHaveLength(1);
});

test("[CL36] after a crash: a talk that the carrier does not know ends as failed, with its record", async () => {
  const bench = start();
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  await bench.calls.telephonyEvents.answered(attemptId, `CA-${attemptId}`);
  bench.script.fetch = () => ({ kind: "absent" });
  const end = { status: "failed", reason: "connection_lost" };
  await becomesInTime(bench, callId, { status: "failed", state: { phase: "ended", end } });
});

test("[CL1] the eleventh request of an hour is refused with its waiting time, and refused ones do not count", async () => {
  const bench = start();
  const ask = () => request(bench);
  await expect(
    bench.calls.request(bench.business, {
      leadId: someone(),
      objective,
      scheduledTime: "2020-01-01T00:00:00Z",
    }),
  ).rejects.toMatchObject({ code: "BAD_TIME" });
  const replies = await Promise.allSettled(Array.from({ length: 14 }, ask));
  expect(replies.filter((reply) => reply.status === "fulfilled")).toHaveLength(10);
  await expect(ask()).rejects.toMatchObject({ code: "RATE_LIMITED", data: { retryAfterSeconds: 3600 } });
});

test("[CL16] a check that the peer does not know releases the hold; only a refusal keeps it", async () => {
  const bench = start();
  bench.calls.hold.hold("telephony", "The carrier was away.");
  bench.script.check = () => ({ ok: false, reason: "Twilio could not be reached.", why: "unreachable" });
  bench.clock.advance(30_000);
  await expect.poll(() => bench.script.checks, { timeout: 20_000 }).toBe(1);
  expect(bench.calls.hold.reason).not.toBeNull();
  bench.script.check = () => ({ ok: false, reason: "Twilio refused the request (code 20404)." });
  bench.clock.advance(30_000);
  await expect.poll(() => bench.calls.hold.reason, { timeout: 20_000 }).toBeNull();
});

/** A call that was picked up and whose stream may come. */
async function pickedUp(bench: ReturnType<typeof start>) {
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const carrierCallId = `CA-${attemptId}`;
  await bench.calls.telephonyEvents.answered(attemptId, carrierCallId);
  return { callId, attemptId, carrierCallId };
}

test("[CL43] [CL101] streams that keep breaking: three more tries, then the carrier apologises, as often as it asks", async () => {
  const bench = start();
  const { callId, attemptId, carrierCallId } = await pickedUp(bench);
  const ask = () => bench.calls.telephonyEvents.streamEnded(attemptId, carrierCallId);
  for (let tries = 0; tries < 3; tries++) expect(await ask()).toMatchObject({ kind: "connect" });
  const apology = { kind: "sayAndHangUp", text: expect.stringContaining("Acme LLC will be asked") };
  expect(await ask()).toEqual(apology);
  expect(await ask()).toEqual(apology);
  // The words are not cut off, and a phone that the carrier keeps all the same is put down.
  expect(bench.script.ended).toEqual([]);
  bench.script.fetch = () => ({
    kind: "found",
    call: { carrierCallId, status: "in_progress", durationSeconds: null, priceCents: null },
  });
  bench.script.end = () => ({ kind: "accepted", status: "completed" });
  await becomesInTime(bench, callId, {
    status: "failed",
    state: { phase: "ended", end: { status: "failed", reason: "connection_lost" } },
    journal: expect.arrayContaining([expect.objectContaining({ type: "flag.raised" })]),
  });
});

test("[CL31] [CL203] a stream that never came after the pick-up left the person in silence until the carrier ended the call", async () => {
  const bench = start();
  const { callId, carrierCallId } = await pickedUp(bench);
  let asked = 0;
  bench.script.fetch = () => {
    asked += 1;
    return {
      kind: "found",
      call: { carrierCallId, status: "in_progress", durationSeconds: null, priceCents: null },
    };
  };
  bench.script.end = () => ({ kind: "accepted", status: "completed" });
  const end = { status: "failed", reason: "connection_lost" };
  await becomesInTime(bench, callId, { status: "failed", state: { phase: "ended", end } });
  expect(asked).toBeGreaterThan(0);
  expect(bench.script.ended).toContain(carrierCallId);
});

test("[CL105] a call that waits in the carrier's queue for more than ten minutes is taken back", async () => {
  const bench = start();
  const { call_id: callId } = await request(bench);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const carrierCallId = `CA-${bench.dials[0]?.attemptId}`;
  bench.script.fetch = () => ({
    kind: "found",
    call: { carrierCallId, status: "queued", durationSeconds: null, priceCents: null },
  });
  for (let minutes = 0; minutes < 10; minutes++) bench.clock.advance(60_000);
  await becomesInTime(bench, callId, {
    status: "failed",
    state: { end: { status: "failed", reason: "queued_too_long" } },
    livePersonKey: null,
  });
  expect(new Set(bench.script.ended)).toEqual(new Set([carrierCallId]));
});
