import type { Clock, Timer } from "#server/lib/clock.ts";

type Pending = { at: number; task: () => void; everyMs: number | null };

export type ManualClock = Clock & {
  /** Moves time on and runs what is due, in order. */
  advance(ms: number): void;
  /** Timers that still wait; a finished thing leaves none. */
  pending(): number;
};

/** A clock that only moves when it is told to, for tests. */
export function manualClock(startMs = Date.parse("2026-11-24T15:00:00Z")): ManualClock {
  let now = 0;
  const waiting = new Set<Pending>();
  const add = (delayMs: number, task: () => void, everyMs: number | null): Timer => {
    const pending = { at: now + Math.max(0, delayMs), task, everyMs };
    waiting.add(pending);
    return { cancel: () => void waiting.delete(pending) };
  };
  return {
    nowMs: () => startMs + now,
    monotonicMs: () => now,
    after: (delayMs, task) => add(delayMs, task, null),
    every: (periodMs, task) => add(periodMs, task, periodMs),
    sleep: (delayMs) => new Promise((resolve) => void add(delayMs, resolve, null)),
    pending: () => waiting.size,
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...waiting].filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        if (next.everyMs === null) waiting.delete(next);
        else next.at += next.everyMs;
        next.task();
      }
      now = end;
    },
  };
}
