import { expect, test } from "vitest";
import { DialQueue } from "#server/sandbox/phone/dial-queue.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";

function queueOf(callsPerSecond: () => number) {
  const clock = new ManualClock();
  const dialled: [string, number][] = [];
  const start = clock.nowMs();
  const queue = new DialQueue<string>(clock, callsPerSecond, (call) =>
    dialled.push([call, clock.nowMs() - start]),
  );
  return { clock, queue, dialled };
}

test("[SB13] one call a second leaves, first come first served, the first at once but never during its create", () => {
  const { clock, queue, dialled } = queueOf(() => 1);
  for (const call of ["a", "b", "c"]) queue.add(call);
  expect(dialled).toEqual([]);
  clock.advance(5000);
  queue.add("d");
  clock.advance(10);
  expect(dialled).toEqual([
    ["a", 0],
    ["b", 1000],
    ["c", 2000],
    ["d", 5000],
  ]);
});

test("[SB13] a call taken out of the queue is never dialled, and the rate may change meanwhile", () => {
  let rate = 1;
  const { clock, queue, dialled } = queueOf(() => rate);
  for (const call of ["a", "b", "c", "d"]) queue.add(call);
  clock.advance(0);
  rate = 10;
  expect(queue.remove("b")).toBe(true);
  expect(queue.remove("a")).toBe(false);
  clock.advance(1200);
  expect(dialled).toEqual([
    ["a", 0],
    ["c", 1000],
    ["d", 1100],
  ]);
});
