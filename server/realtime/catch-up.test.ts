import { ManualClock } from "#server/lib/manual-clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { CatchUp } from "#server/realtime/catch-up.ts";
import type { CallEvent } from "#shared/call/events.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const queued = (seq: number): CallEvent => ({ seq, at: "2026-11-24T15:00:00.000Z", type: "call.queued" });

/** A journal of `stored` events, and a watcher that keeps what it is shown, as a browser does. */
function rig() {
  const clock = new ManualClock();
  const at = { stored: 0, isWatched: true, failures: 0 };
  const seen = new Set<number>();
  const show = (callId: string, event: CallEvent) => {
    seen.add(event.seq);
    catchUp.shown(callId, event.seq);
  };
  const catchUp = new CatchUp({
    queries: {
      seqsOf: async () => {
        if (at.failures > 0) {
          at.failures -= 1;
          throw new Error("away");
        }
        return [{ callId: "call_1", seq: at.stored }];
      },
    },
    store: {
      events: async (_callId, after) => ({
        events: Array.from({ length: at.stored - after }, (_, index) => queued(after + 1 + index)),
        seq: at.stored,
      }),
    },
    clock,
    logger: silentLogger,
    watched: () => (at.isWatched ? ["call_1"] : []),
    show,
  });
  const look = async () => {
    clock.advance(2000);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { at, seen, show, catchUp, look };
}

test("the last event of a call that another server could not tell of is shown all the same", async () => {
  const { at, seen, catchUp, look } = rig();
  at.stored = 3;
  catchUp.begins("call_1", 3);
  at.stored = 4;
  await look();
  expect([...seen]).toEqual([4]);
});

test("whatever was told and whatever was lost: after one look a watcher has every number after its first", async () => {
  const told = fc.array(fc.record({ isTold: fc.boolean(), looks: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(told, fc.nat(3), async (events, first) => {
      const { at, seen, show, catchUp, look } = rig();
      at.stored = first;
      catchUp.begins("call_1", first);
      for (const { isTold, looks } of events) {
        at.stored += 1;
        if (isTold) show("call_1", queued(at.stored));
        if (looks) await look();
      }
      await look();
      expect([...seen].toSorted((a, b) => a - b)).toEqual(events.map((_, index) => first + 1 + index));
    }),
  );
});

test("a second watcher who begins later does not hide what the first one misses", async () => {
  const { at, seen, catchUp, look } = rig();
  at.stored = 1;
  catchUp.begins("call_1", 1);
  at.stored = 5;
  catchUp.begins("call_1", 5);
  await look();
  expect([...seen]).toEqual([2, 3, 4, 5]);
});

test("a database that is away is asked again; a call that nobody watches any more is forgotten", async () => {
  const { at, seen, catchUp, look } = rig();
  catchUp.begins("call_1", 0);
  Object.assign(at, { stored: 1, failures: 1 });
  await look();
  expect(seen.size).toBe(0);
  await look();
  expect([...seen]).toEqual([1]);
  at.isWatched = false;
  await look();
  at.stored = 2;
  at.isWatched = true;
  await look();
  expect([...seen]).toEqual([1]);
});
