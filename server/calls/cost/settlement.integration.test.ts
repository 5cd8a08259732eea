import { becomes, becomesInTime, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { FetchOutcome } from "#server/telephony/telephony.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const MINUTE_MS = 60_000;
let people = 0;

type Bench = ReturnType<typeof callsBench>;

function start(): Bench {
  const bench = callsBench(database());
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
  });
  return bench;
}

const billed = (carrierCallId: string, priceCents: number | null): FetchOutcome => ({
  kind: "found",
  call: { carrierCallId, status: "completed", durationSeconds: 61, priceCents },
});

/** A call that was picked up and is over; what came of it is in `end`. */
async function callThat(
  bench: Bench,
  ends: (attemptId: string, carrierCallId: string) => Promise<void> = async () => bench.clock.advance(20_000),
) {
  const objective = "Agree on a visit this week";
  const leadId = `lead_settled${String(++people).padStart(4, "0")}`;
  const { call_id: callId } = await bench.calls.request(bench.business, { leadId, objective });
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials.at(-1)?.attemptId ?? "";
  const carrierCallId = `CA-${attemptId}`;
  await bench.calls.telephonyEvents.answered(attemptId, carrierCallId);
  await ends(attemptId, carrierCallId);
  const report = { carrierCallId, status: "completed" as const, sequence: 4, durationSeconds: 61 };
  await bench.calls.telephonyEvents.statusChanged(attemptId, report);
  await becomes(bench.documents, callId, { status: "wrapping_up" });
  await becomesInTime(bench, callId, { state: { phase: "ended" } });
  return { callId, carrierCallId };
}

async function journalOf({ documents }: Bench, callId: string): Promise<CallEvent[]> {
  return (await documents.findOne({ _id: callId }))?.journal ?? [];
}

const costs = (events: CallEvent[]) => events.filter((event) => event.type === "cost.updated");

test("[CL110] the estimate is there at the end; the carrier is asked with patience, and its price is one late fact", async () => {
  const bench = start();
  const { callId, carrierCallId } = await callThat(bench);
  const atEnd = await journalOf(bench, callId);
  expect(atEnd.at(-1)?.type).toBe("call.ended");
  expect(costs(atEnd).at(-1)).toMatchObject({ carrierCents: 2.55, estimated: true });
  expect(bench.alarms.get(`call.settleCost ${callId}`)?.getTime()).toBeLessThanOrEqual(
    bench.clock.nowMs() + MINUTE_MS,
  );

  // Not rated yet, then not to be reached: asked again after 5 and after 30 minutes.
  bench.script.fetch = () => billed(carrierCallId, null);
  bench.clock.advance(2 * MINUTE_MS);
  await becomes(bench.documents, callId, { settleTries: 1 });
  bench.script.fetch = () => ({ kind: "unreachable", reason: "" });
  bench.clock.advance(6 * MINUTE_MS);
  await becomes(bench.documents, callId, { settleTries: 2 });
  bench.script.fetch = () => billed(carrierCallId, 2.8);
  expect(costs(await journalOf(bench, callId))).toHaveLength(costs(atEnd).length);
  bench.clock.advance(31 * MINUTE_MS);
  await becomes(bench.documents, callId, { settleDueAt: null });

  const journal = await journalOf(bench, callId);
  expect(journal.slice(atEnd.length)).toMatchObject([
    // Two started minutes, of the carrier's own 61 s: connection as charged, stream and detection at list price.
    { type: "cost.updated", carrierCents: 4.35, totalCents: 4.35, estimated: false },
  ]);
  expect(foldCall(journal)).toMatchObject({ status: "completed", cost: { estimated: false } });
  expect(journal.map((event) => event.seq)).toEqual(journal.map((_, index) => index + 1));
  bench.clock.advance(24 * 60 * MINUTE_MS);
  await bench.calls.drain();
  expect(await journalOf(bench, callId)).toHaveLength(journal.length);
});

test("[CL110] a carrier that never tells its price leaves an estimate that says so", async () => {
  const bench = start();
  const { callId } = await callThat(bench);
  bench.script.fetch = () => ({ kind: "absent" });
  for (let tries = 1; tries <= 5; tries++) {
    bench.clock.advance(25 * 60 * MINUTE_MS);
    await becomes(bench.documents, callId, { settleTries: tries });
  }
  await becomes(bench.documents, callId, { settleDueAt: null });
  expect(costs(await journalOf(bench, callId)).every((event) => event.estimated)).toBe(true);
});

test("[CL110] a voicemail that picked up is billed, and nobody asks the analyst about it", async () => {
  const bench = start();
  const { callId } = await callThat(bench, async (attemptId, carrierCallId) => {
    await bench.calls.telephonyEvents.machineDetected(attemptId, {
      carrierCallId,
      answeredBy: "machine",
      greetingEnded: false,
    });
  });
  const journal = await journalOf(bench, callId);
  expect(costs(journal).at(-1)).toMatchObject({ carrierCents: 2.55, estimated: true });
  expect(journal.at(-1)).toMatchObject({ type: "call.ended", status: "voicemail", outcome: "voicemail" });
});

test("[CL110] two servers that settle one call write one price", async () => {
  const bench = start();
  const other = callsBench(database(), { clock: bench.clock });
  other.calls.start();
  onTestFinished(async () => {
    await other.calls.drain();
    await other.calls.stop();
  });
  const { callId, carrierCallId } = await callThat(bench);
  bench.script.fetch = () => billed(carrierCallId, 2.8);
  other.script.fetch = () => billed(carrierCallId, 2.8);
  bench.clock.advance(2 * MINUTE_MS);
  await becomes(bench.documents, callId, { settleDueAt: null });
  await bench.calls.stop();
  await other.calls.stop();
  expect(costs(await journalOf(bench, callId)).filter((event) => !event.estimated)).toHaveLength(1);
});
