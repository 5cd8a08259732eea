/** A running timer; `cancel` is idempotent. */
export type Timer = { cancel(): void };

/**
 * Time as a dependency: features never touch `Date.now`, `setTimeout` or `performance` themselves, so tests
 * decide what time it is.
 */
export type Clock = {
  /** Wall clock, ms since the epoch. For records and schedules, never for measuring. */
  nowMs(): number;
  /** Monotonic ms of this process. For measuring and for judging staleness; never compare across processes. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`. A throwing task is the task's own bug: wrap it. */
  after(delayMs: number, task: () => void): Timer;
  /** Runs `task` every `periodMs`. */
  every(periodMs: number, task: () => void): Timer;
  sleep(delayMs: number): Promise<void>;
};

/** The longest delay `setTimeout` keeps (2^31-1 ms); longer ones would fire at once. */
const MAX_TIMEOUT_MS = 2_147_483_647;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const handle = setTimeout(task, Math.min(Math.max(0, delayMs), MAX_TIMEOUT_MS));
    return { cancel: () => clearTimeout(handle) };
  },
  every(periodMs, task) {
    const handle = setInterval(task, periodMs);
    return { cancel: () => clearInterval(handle) };
  },
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};
