import type { Clock } from "#server/lib/clock.ts";

/** The same time, with every task run by `run`: what a task throws is then its owner's, not the process's end. */
export function guardedClock(clock: Clock, run: (task: () => void) => void): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep: (delayMs) => clock.sleep(delayMs),
    after: (delayMs, task) => clock.after(delayMs, () => run(task)),
    every: (periodMs, task) => clock.every(periodMs, () => run(task)),
  };
}
