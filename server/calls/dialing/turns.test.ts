import { placeInTurns, turnOrder, Turns } from "#server/calls/dialing/turns.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Queued = { businessId: string; queuedAt: number };
const business = fc.constantFrom("a", "b", "c", "d", "e");

const lineOf = (calls: readonly Queued[]) =>
  [...Map.groupBy(calls, (call) => call.businessId)].map(([businessId, own]) => ({
    businessId,
    headQueuedAt: new Date(Math.min(...own.map((call) => call.queuedAt))),
    count: own.length,
  }));

/** Takes calls while others come, and tells whose they were. A step may pass in no time at all. */
function run(steps: readonly ({ join: string } | { take: number })[]) {
  const turns = new Turns();
  let nowMs = 1;
  let waiting: Queued[] = [];
  const taken: (Queued & { waitedFor: Queued[] })[] = [];
  for (const step of steps) {
    if ("join" in step) {
      waiting.push({ businessId: step.join, queuedAt: nowMs });
      continue;
    }
    nowMs += step.take;
    const businessId = turns.next(lineOf(waiting));
    const call = waiting.filter((one) => one.businessId === businessId)[0];
    if (call === undefined) continue;
    waiting = waiting.filter((one) => one !== call);
    turns.served(call.businessId, nowMs);
    taken.push({ ...call, waitedFor: [...waiting] });
  }
  return { taken, waiting };
}

const steps = fc.array(
  fc.oneof(
    fc.record({ join: business }),
    // A business that asks for far more than the others.
    fc.constant({ join: "a" }),
    fc.record({ take: fc.integer({ min: 0, max: 3 }) }),
  ),
  { maxLength: 80 },
);

test("[CL260] nobody is served twice while somebody else waits all along", () => {
  fc.assert(
    fc.property(steps, (given) => {
      const { taken } = run(given);
      for (const [index, first] of taken.entries()) {
        const again = taken.findIndex((one, later) => later > index && one.businessId === first.businessId);
        const stillWaits = again === -1 ? [] : (taken[again]?.waitedFor ?? []);
        const passedOver = stillWaits.filter((call) => first.waitedFor.includes(call));
        expect(
          passedOver.every(
            (call) =>
              call.businessId === first.businessId || servedBetween(taken, index, again, call.businessId),
          ),
        ).toBe(true);
      }
    }),
  );
});

const servedBetween = (taken: readonly Queued[], from: number, to: number, businessId: string) =>
  taken.slice(from + 1, to).some((one) => one.businessId === businessId);

test("[CL260] nobody starves: a call is taken after at most as many turns as its business has calls, for each business there is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 4 }), (flood, own) => {
      const line = [...Array.from({ length: flood }, () => "a"), ...Array.from({ length: own }, () => "b")];
      const takes = Array.from({ length: flood + own }, () => ({ take: 1 }));
      const order = run([...line.map((join) => ({ join })), ...takes]).taken.map((call) => call.businessId);
      expect(order.lastIndexOf("b")).toBeLessThan(2 * own);
      expect(order).toHaveLength(flood + own);
    }),
  );
});

test("[CL18] calls of one business, and businesses with one call each, are taken in the order of the line", () => {
  fc.assert(
    fc.property(fc.uniqueArray(business), (names) => {
      const joins = names.map((join) => ({ join }));
      const order = run([...joins, ...names.map(() => ({ take: 1 }))]).taken.map((call) => call.businessId);
      expect(order).toEqual(names);
    }),
  );
});

test("[CL253] the place that is told is the place in the order that is shown", () => {
  fc.assert(
    fc.property(fc.array(business, { minLength: 1, maxLength: 30 }), (names) => {
      const calls = names.map((businessId, queuedAt) => ({ businessId, queuedAt }));
      const order = turnOrder(calls);
      for (const call of calls) {
        const rank = calls.filter(
          (one) => one.businessId === call.businessId && one.queuedAt < call.queuedAt,
        ).length;
        expect(placeInTurns({ ...call, rank }, lineOf(calls))).toBe(order.indexOf(call) + 1);
      }
    }),
  );
});

test("[CL253] and it is the order in which they are then taken", () => {
  fc.assert(
    fc.property(fc.array(business, { maxLength: 30 }), (names) => {
      const calls = names.map((businessId, queuedAt) => ({ businessId, queuedAt }));
      const turns = new Turns();
      let left = calls;
      const taken: Queued[] = [];
      for (let nowMs = 100; left.length > 0; nowMs++) {
        const next = left.find((call) => call.businessId === turns.next(lineOf(left)));
        if (next === undefined) throw new Error("Nobody's turn although calls wait.");
        turns.served(next.businessId, nowMs);
        left = left.filter((call) => call !== next);
        taken.push(next);
      }
      expect(taken).toEqual(turnOrder(calls));
    }),
  );
});
