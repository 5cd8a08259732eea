import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { WallQueries } from "#server/calls/wall-queries.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";

test("[IN5] the queue is told in the order of turns, with places, then what is planned; and counted beyond what is listed", async () => {
  const bench = callsBench(database());
  const other = callsBench(database(), { clock: bench.clock });
  const ask = async (from: typeof bench, leadId: string, inMs?: number) => {
    bench.clock.advance(10);
    const scheduledTime =
      inMs === undefined ? {} : { scheduledTime: new Date(bench.clock.nowMs() + inMs).toISOString() };
    return (await from.calls.request(from.business, { leadId, objective, ...scheduledTime })).call_id;
  };
  const many = [
    await ask(bench, "lead_many0001"),
    await ask(bench, "lead_many0002"),
    await ask(bench, "lead_many0003"),
  ];
  const single = await ask(other, "lead_single01");
  const later = await ask(bench, "lead_later001", 7_200_000);
  const sooner = await ask(other, "lead_sooner01", 3_600_000);
  const wall = new WallQueries(database().connection);
  const page = await wall.queue(100, bench.clock.nowMs());
  expect(page.calls.map(({ callId, position }) => [callId, position])).toEqual([
    [many[0], 1],
    [single, 2],
    [many[1], 3],
    [many[2], 4],
    [sooner, null],
    [later, null],
  ]);
  expect(page.calls[0]).toMatchObject({
    status: "queued",
    queuedAt: "2026-11-24T15:00:00.010Z",
    scheduledFor: null,
  });
  expect(page.calls[4]).toMatchObject({ status: "scheduled", queuedAt: null, attemptNumber: 0 });
  expect(page.calls.map((row) => row.consumerPhone)).not.toContain("+12125550123");
  expect(page.total).toEqual({ due: 4, scheduled: 2 });
  const short = await wall.queue(1, bench.clock.nowMs());
  expect([short.calls.length, short.total]).toEqual([2, page.total]);
  expect(await wall.line()).toEqual({ count: 4, oldestAt: "2026-11-24T15:00:00.010Z" });

  await bench.calls.stops.cancel(bench.business, many[0] ?? "");
  const ended = await wall.endedAfter(new Date(0), 10);
  expect(ended).toMatchObject([{ callId: many[0], status: "cancelled", answered: false, cents: 0 }]);
  expect((await wall.line()).count).toBe(3);
  expect(await wall.endedShare(new Date(0))).toEqual({ count: 1, bad: 0 });
  await bench.documents.updateOne({ _id: many[0] ?? "" }, { $set: { status: "failed" } });
  expect(await wall.endedShare(new Date(0))).toEqual({ count: 1, bad: 1 });
  expect(await wall.endedShare(new Date(bench.clock.nowMs()))).toEqual({ count: 0, bad: 0 });
});
