import { talkCents } from "#server/calls/cost/estimate.ts";
import { Spending } from "#server/calls/dialing/spending.ts";
import { becomes, becomesInTime, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import { foldCall } from "#shared/call/fold.ts";
import fc from "fast-check";
import { beforeEach, expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
const RESERVE = 100;
const DAY_MS = 24 * 3_600_000;
const UNTIL = Date.parse("2026-11-25T00:00:00Z");

beforeEach(() => database().connection.collection("spending").deleteMany({}));

function purse(caps: { all?: number; each?: number }, clock = new ManualClock()) {
  const { connection } = database();
  const dailySpendCapCents = caps.all ?? null;
  const businessDailySpendCapCents = caps.each ?? null;
  return new Spending({
    connection,
    clock,
    dailySpendCapCents,
    businessDailySpendCapCents,
    reserveCents: RESERVE,
  });
}

test("[CL265] a thousand calls at once on two servers: what is committed exceeds the cap by less than one call", async () => {
  const servers = [purse({ all: 950 }), purse({ all: 950 })];
  const asked = Array.from({ length: 1000 }, (_, index) =>
    servers[index % 2]?.reserve(`biz_${index % 7}`, `att_${index}`),
  );
  const accepted = (await Promise.all(asked)).filter((until) => until === null);
  expect(accepted).toHaveLength(10);
});

test("[CL265] whatever calls cost and in whatever order they end, spent and reserved stay below the cap and one call", async () => {
  const step = fc.oneof(
    fc.constant("dial" as const),
    fc.record({ end: fc.nat(20), cents: fc.integer({ min: 0, max: RESERVE }) }),
  );
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 600 }),
      async (steps, cap) => {
        const businessId = `biz_run${++runs}`;
        const spending = purse({ each: cap });
        const open: string[] = [];
        let spent = 0;
        for (const [index, one] of steps.entries()) {
          if (one === "dial") {
            const before = spent + open.length * RESERVE;
            const until = await spending.reserve(businessId, `att_${index}`);
            expect(until).toBe(before < cap ? null : UNTIL);
            if (until === null) open.push(`att_${index}`);
          } else {
            const attemptId = open.splice(one.end % Math.max(1, open.length), 1)[0];
            if (attemptId === undefined) continue;
            await Promise.all([0, 1].map(() => spending.settle(businessId, attemptId, one.cents)));
            spent += one.cents;
          }
          expect(spent + open.length * RESERVE).toBeLessThan(cap + RESERVE);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test("[CL265] a business at its cap leaves the installation's money to others, and has a new day tomorrow", async () => {
  const clock = new ManualClock();
  const spending = purse({ all: 250, each: 100 }, clock);
  expect(await spending.reserve("biz_a", "att_1")).toBeNull();
  expect(await spending.reserve("biz_a", "att_2")).toBe(UNTIL);
  expect(await spending.reserve("biz_b", "att_3")).toBeNull();
  expect(await spending.reserve("biz_c", "att_4")).toBeNull();
  expect(await spending.reserve("biz_d", "att_5")).toBe(UNTIL);
  clock.advance(DAY_MS);
  expect(await spending.reserve("biz_a", "att_6")).toBeNull();
  // A call of yesterday that ends now frees nothing of today.
  await spending.settle("biz_a", "att_1", 0);
  expect(await spending.reserve("biz_a", "att_7")).toBe(UNTIL + DAY_MS);
});

/** The bench's voice model: a token costs a cent. */
const priced = {
  model: "silent",
  priceTable: "silent",
  price: ({ transcriptionSeconds, ...tokens }: VoiceTotals) => ({
    ...tokens,
    transcription: transcriptionSeconds,
  }),
};

test("[CL265] the calls beyond the cap wait for the next day and say why; one that nobody answered makes room", async () => {
  const worst = talkCents(900, priced);
  const bench = callsBench(database(), { config: { dailySpendCapCents: Math.ceil(worst) + 1 } });
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
  });
  const asked: string[] = [];
  for (let calls = 0; calls < 4; calls++) {
    bench.clock.advance(10);
    const request = { leadId: `lead_spend000${calls}`, objective: "Agree on a visit this week" };
    asked.push((await bench.calls.request(bench.business, request)).call_id);
    await becomes(bench.documents, asked[calls] ?? "", { status: calls < 2 ? "dialing" : "scheduled" });
  }
  const waiting = await bench.documents.findOne({ _id: asked[3] ?? "" });
  expect(foldCall(waiting?.journal ?? [])).toMatchObject({
    status: "scheduled",
    scheduledFor: new Date(UNTIL).toISOString(),
    scheduledWhy: "spend_cap",
    attempts: [],
  });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const report = {
    carrierCallId: `CA-${attemptId}`,
    status: "no_answer" as const,
    sequence: 2,
    durationSeconds: 0,
  };
  await bench.calls.telephonyEvents.statusChanged(attemptId, report);
  const spending = database().connection.collection<{ _id: string; open: object }>("spending");
  await expect
    .poll(async () => Object.keys((await spending.findOne({ _id: "installation:2026-11-24" }))?.open ?? {}), {
      timeout: 20_000,
    })
    .toEqual([bench.dials[1]?.attemptId]);
  const { call_id: next } = await bench.calls.request(bench.business, {
    leadId: "lead_spend0009",
    objective: "Agree on a visit this week",
  });
  await becomes(bench.documents, next, { status: "dialing" });
});

test("[CL265] after a talk its true cost is what stays committed, of the installation and of the business", async () => {
  const bench = callsBench(database(), {
    config: { dailySpendCapCents: 1_000_000_000, businessDailySpendCapCents: 1_000_000_000 },
  });
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
  });
  const request = { leadId: "lead_spend0100", objective: "Agree on a visit this week" };
  const { call_id: callId } = await bench.calls.request(bench.business, request);
  await becomes(bench.documents, callId, { state: { dial: "placed" } });
  const attemptId = bench.dials[0]?.attemptId ?? "";
  const carrierCallId = `CA-${attemptId}`;
  await bench.calls.telephonyEvents.answered(attemptId, carrierCallId);
  bench.clock.advance(20_000);
  const report = { carrierCallId, status: "completed" as const, sequence: 4, durationSeconds: 20 };
  await bench.calls.telephonyEvents.statusChanged(attemptId, report);
  await becomesInTime(bench, callId, { state: { phase: "ended" } });
  const totalCents = (await bench.documents.findOne({ _id: callId }))?.summary.totalCents ?? 0;
  expect(totalCents).toBeGreaterThan(0);
  const spending = database().connection.collection<{ _id: string; open: object; committedCents: number }>(
    "spending",
  );
  for (const who of ["installation", bench.business.businessId]) {
    await expect
      .poll(
        async () => {
          const day = await spending.findOne({ _id: `${who}:2026-11-24` });
          return [Object.keys(day?.open ?? {}), Math.round((day?.committedCents ?? 0) * 1000)];
        },
        { timeout: 20_000 },
      )
      .toEqual([[], Math.round(totalCents * 1000)]);
  }
});
