import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { phoneEar } from "#server/calls/testing/scripted-sides.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { AnswerInstruction } from "#server/telephony/telephony.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
type Bench = ReturnType<typeof callsBench>;

function start(): Bench {
  const bench = callsBench(database());
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return bench;
}

let people = 0;

/** A media socket comes to `bench` with the token that the carrier got. */
async function connected({ calls }: Bench, told: AnswerInstruction | undefined, attemptId: string) {
  if (told?.kind !== "connect") throw new Error("The carrier was not told to connect.");
  const ear = phoneEar();
  expect(await calls.telephonyEvents.admitStream(attemptId, told.token)).toBe(true);
  const carrierCallId = `CA-${attemptId}`;
  calls.telephonyEvents.streamOpened(attemptId, told.token, { ...ear.stream, carrierCallId });
  return ear;
}

/** A call that talks at the first of two servers, each with a clock of its own. */
async function twoServers() {
  const [owner, other] = [start(), start()];
  const request = {
    leadId: `lead_silent${String(++people).padStart(3, "0")}`,
    objective: "Agree on a visit",
  };
  // Only the first one dials.
  await other.calls.drain();
  const { call_id: callId } = await owner.calls.request(owner.business, request);
  await becomes(owner.documents, callId, { state: { dial: "placed" } });
  const attemptId = owner.dials[0]?.attemptId ?? "";
  const carrierCallId = `CA-${attemptId}`;
  const call = { carrierCallId, status: "in_progress" as const, durationSeconds: null, priceCents: null };
  for (const { script } of [owner, other]) script.fetch = () => ({ kind: "found", call });
  const told = await owner.calls.telephonyEvents.answered(attemptId, carrierCallId);
  const ear = await connected(owner, told, attemptId);
  await becomes(owner.documents, callId, { state: { phase: "talking", epoch: 1 } });
  return { owner, other, callId, attemptId, ear };
}

/** Time goes on at these servers, a second each time it is asked. */
const going =
  (count: () => number, ...servers: Bench[]) =>
  () => {
    for (const { clock } of servers) clock.advance(1000);
    return count();
  };

test("[CL192] an owner that hangs: the carrier is called to another server, which goes on; who wakes up lets go", async () => {
  const { owner, other, callId, attemptId, ear } = await twoServers();
  const instructed = () => other.script.instructed.length;
  await expect.poll(going(instructed, other), { timeout: 20_000 }).toBe(1);
  await becomes(other.documents, callId, { state: { phase: "answered", streams: 1 } });
  await connected(other, other.script.instructed[0], attemptId);
  await becomes(other.documents, callId, { epoch: 2, state: { phase: "talking", streams: 2 } });
  expect(ear.closedBecause()).toBeNull();
  owner.clock.stall(30_000);
  await expect
    .poll(
      going(() => Number(ear.closedBecause() !== null), owner),
      { timeout: 20_000 },
    )
    .toBe(1);
  const journal = (await other.documents.findOne({ _id: callId }))?.journal ?? [];
  expect(journal.filter(({ type }) => type === "stream.lost")).toHaveLength(1);
  expect(journal.filter(({ type }) => type === "call.resumed")).toHaveLength(1);
  expect([...owner.script.ended, ...other.script.ended]).toEqual([]);
});

test("[CL192] an owner whose heartbeats come late is left alone", async () => {
  const { other, callId, ear } = await twoServers();
  for (let second = 1; second <= 30; second++) {
    other.clock.advance(1000);
    if (second % 3 === 0) await other.documents.updateOne({ _id: callId }, { $inc: { beat: 1 } });
    // The look of this second has read what there is.
    await other.calls.queries.owned();
  }
  expect(other.script.instructed).toEqual([]);
  expect(ear.closedBecause()).toBeNull();
  await becomes(other.documents, callId, { epoch: 1, state: { phase: "talking" } });
});

test("[CL192] [CL43] an owner that hangs when the streams are used up: the carrier is told to apologise, not to connect", async () => {
  const { other, callId } = await twoServers();
  const now = other.clock.nowMs();
  await other.documents.updateOne(
    { _id: callId },
    { $set: { "state.connectedAts": [now, now, now, now] }, $inc: { revision: 1 } },
  );
  await expect
    .poll(
      going(() => other.script.instructed.length, other),
      { timeout: 20_000 },
    )
    .toBe(1);
  expect(other.script.instructed[0]).toMatchObject({ kind: "sayAndHangUp" });
  await becomes(other.documents, callId, { state: { phase: "leaving", end: { reason: "connection_lost" } } });
});
