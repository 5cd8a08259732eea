import { type Clock, systemClock, type Timer } from "#server/lib/clock.ts";

type Waiting = { readonly dueMs: number; readonly task: () => void };

const PATIENCE_MS = 1000;
const HASTE = 4;

/** Hastened real time for what is short; whatever lasts a second or longer waits until a test skips ahead. */
export class PatientClock implements Clock {
  readonly #waiting = new Set<Waiting>();
  #skippedMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.#skippedMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#skippedMs;
  }

  after(delayMs: number, task: () => void): Timer {
    if (delayMs < PATIENCE_MS) return systemClock.after(delayMs / HASTE, task);
    const waiting = { dueMs: this.#skippedMs + delayMs, task };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  every(periodMs: number, task: () => void): Timer {
    return systemClock.every(periodMs, task);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Runs what falls due within the next `ms`, in order. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const due = [...this.#waiting].filter(({ dueMs }) => dueMs <= this.#skippedMs);
    for (const waiting of due.sort((a, b) => a.dueMs - b.dueMs)) {
      this.#waiting.delete(waiting);
      waiting.task();
    }
  }
}
