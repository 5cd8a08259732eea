import type { CallHead } from "#server/calls/call-document.ts";
import { PlacesInLine } from "#server/calls/dialing/places-in-line.ts";
import { Turns } from "#server/calls/dialing/turns.ts";
import { WaitingLine } from "#server/calls/dialing/waiting-line.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Queued = { _id: string; businessId: string; queuedAt: Date; inLineAt: Date };

/** The calls of a database, and how many of them were read. */
function callsInLine(clock: ManualClock) {
  const calls: Queued[] = [];
  const read = { rows: 0, lines: 0 };
  let count = 0;
  const line = async (since?: Date) => {
    const found = calls.filter((call) => since === undefined || call.inLineAt >= since);
    read.rows += found.length;
    read.lines += 1;
    return linesOf(found);
  };
  const inOrder = (businessId: string) =>
    calls
      .filter((call) => call.businessId === businessId)
      .toSorted((a, b) => a.queuedAt.getTime() - b.queuedAt.getTime() || (a._id < b._id ? -1 : 1));
  return {
    calls,
    read,
    join(businessId: string, waitedMs: number) {
      const inLineAt = new Date(clock.nowMs());
      const _id = `call_${String(count++).padStart(6, "0")}`;
      calls.push({ _id, businessId, inLineAt, queuedAt: new Date(clock.nowMs() - waitedMs) });
    },
    leave: (index: number) => void calls.splice(index % Math.max(1, calls.length), 1),
    queries: {
      line,
      async nextQueued(businessId: string) {
        read.rows += 1;
        return (inOrder(businessId)[0] as CallHead | undefined) ?? null;
      },
      rankOf: async ({ _id, businessId }: { _id: string; businessId: string }) =>
        inOrder(businessId).findIndex((call) => call._id === _id),
    },
  };
}

const linesOf = (calls: readonly Queued[]) =>
  [...Map.groupBy(calls, (call) => call.businessId)].map(([businessId, own]) => ({
    businessId,
    headQueuedAt: new Date(Math.min(...own.map((call) => call.queuedAt.getTime()))),
    count: own.length,
  }));

const step = fc.oneof(
  // A call that comes back from a retry has waited for long.
  fc.record({ join: fc.constantFrom("a", "b", "c", "d", "e"), waitedMs: fc.constantFrom(0, 0, 3, 600_000) }),
  fc.constant({ join: "a", waitedMs: 0 }),
  // Cancelled, moved, or taken by another server.
  fc.record({ leave: fc.nat(20) }),
  fc.record({ passMs: fc.constantFrom(0, 1, 700, 4_000, 31_000) }),
  fc.constant({ take: true }),
);

test("[CL330] whatever joins, leaves and comes back, here or on another server: the same call is next as if the whole line had been read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const clock = new ManualClock();
      const world = callsInLine(clock);
      const line = new WaitingLine({ queries: world.queries, clock });
      const whole = new Turns();
      for (const one of steps) {
        if ("join" in one) world.join(one.join, one.waitedMs);
        else if ("leave" in one) world.leave(one.leave);
        else if ("passMs" in one) clock.advance(one.passMs);
        else {
          const expected = whole.next(linesOf(world.calls));
          const first = expected === null ? null : await world.queries.nextQueued(expected);
          const call = await line.next();
          expect(call?._id).toBe(first?._id);
          if (call === null) continue;
          world.leave(world.calls.findIndex(({ _id }) => _id === call._id));
          line.served(call.businessId);
          whole.served(call.businessId, clock.nowMs());
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("[CL330] a claim reads as much of a line of five thousand as of one of fifty", async () => {
  const rowsAt = async (calls: number) => {
    const clock = new ManualClock();
    const world = callsInLine(clock);
    for (let index = 0; index < calls; index++) world.join(`biz_${index % 25}`, 0);
    const line = new WaitingLine({ queries: world.queries, clock });
    clock.advance(10_000);
    await line.next();
    world.read.rows = 0;
    for (let taken = 0; taken < 20; taken++) {
      clock.advance(100);
      const call = await line.next();
      world.leave(world.calls.findIndex(({ _id }) => _id === call?._id));
      line.served(call?.businessId ?? "");
    }
    return world.read.rows;
  };
  // The first look after the whole one still reads what joined in the overlap: nothing here.
  expect(await rowsAt(50)).toBe(await rowsAt(5_000));
});

test("[CL331] a long line is read once a second for all who ask for their place, a short one for each", async () => {
  const readsFor = async (calls: number) => {
    const clock = new ManualClock();
    const world = callsInLine(clock);
    for (let index = 0; index < calls; index++) {
      world.join(`biz_${index % 10}`, 0);
      clock.advance(1);
    }
    const places = new PlacesInLine({ queries: world.queries, clock });
    const ask = () => Promise.all(world.calls.slice(0, 5).map((call) => places.placeOf(call)));
    const [last] = world.calls.slice(-1);
    expect(last && (await places.placeOf(last))).toBe(calls);
    expect(await ask()).toEqual([1, 2, 3, 4, 5]);
    clock.advance(1_000);
    await ask();
    return world.read.lines;
  };
  expect(await readsFor(100)).toBe(11);
  expect(await readsFor(200)).toBe(2);
});
