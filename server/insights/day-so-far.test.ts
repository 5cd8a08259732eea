import type { EndedCall } from "#server/calls/wall-queries.ts";
import { DayFigures } from "#server/insights/day-so-far.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const START_MS = new ManualClock().nowMs();

function world() {
  const clock = new ManualClock();
  const calls: EndedCall[] = [];
  let read = 0;
  const figures = new DayFigures({
    clock,
    async endedAfter(after, limit) {
      const found = calls
        .filter((call) => call.endedAt > after)
        .toSorted((a, b) => a.endedAt.getTime() - b.endedAt.getTime())
        .slice(0, limit);
      read += found.length;
      return found;
    },
  });
  let ids = 0;
  const ends = (more: Partial<EndedCall> = {}) =>
    calls.push({
      callId: `call_${++ids}`,
      endedAt: new Date(clock.nowMs()),
      status: "completed",
      answered: true,
      cents: 10,
      ...more,
    });
  return { clock, figures, ends, reads: () => read };
}

test("[IN4] counts who was reached, leaves requests that were taken back out of the share, and adds what runs", async () => {
  const { figures, ends } = world();
  ends();
  ends({ status: "voicemail" });
  ends({ status: "no_answer", answered: false, cents: 0 });
  ends({ status: "cancelled", answered: false, cents: 0 });
  ends({ status: "cancelled" });
  ends({ endedAt: new Date(START_MS - 24 * 3_600_000) });
  expect(await figures.read(7)).toEqual({
    since: "2026-11-24T00:00:00.000Z",
    calls: 5,
    reached: 2,
    tried: 4,
    spentCents: 37,
  });
});

test("[IN4] more than a page of calls that ended in one instant are counted once each, and not read for ever", async () => {
  const { figures, ends } = world();
  for (let count = 0; count < 900; count++) ends({ endedAt: new Date(START_MS - 5_000) });
  for (let count = 0; count < 700; count++) ends();
  expect((await figures.read(0)).calls).toBe(1_600);
});

test("[IN4] whenever it is asked, it is what ended on this day; a long day is not read again and again", async () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 6 * 3_600_000 }),
    ended: fc.nat(4),
    lateMs: fc.nat(14_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { clock, figures, ends } = world();
      const all: number[] = [];
      for (const { waitMs, ended, lateMs } of steps) {
        clock.advance(waitMs + 2_000);
        for (let count = 0; count < ended; count++) {
          const endedMs = clock.nowMs() - lateMs;
          ends({ endedAt: new Date(endedMs) });
          all.push(endedMs);
        }
        const dayMs = Math.floor(clock.nowMs() / 86_400_000) * 86_400_000;
        expect((await figures.read(0)).calls).toBe(all.filter((ms) => ms >= dayMs).length);
      }
    }),
    { numRuns: 60 },
  );
});

test("[IN4] many who ask at once cause one reading, and old calls are read once", async () => {
  const { clock, figures, ends, reads } = world();
  for (let count = 0; count < 50; count++) ends();
  await Promise.all([figures.read(0), figures.read(0), figures.read(0)]);
  expect(reads()).toBe(50);
  clock.advance(120_000);
  ends();
  await figures.read(0);
  clock.advance(120_000);
  const before = reads();
  expect((await figures.read(0)).calls).toBe(51);
  expect(reads() - before).toBe(1);
});
