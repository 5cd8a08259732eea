import type { Clock, Timer } from "#server/lib/clock.ts";

type Task = { dueMs: number; readonly periodMs: number | null; readonly run: () => void };

const START_MS = Date.parse("2026-11-24T15:00:00Z");

/** A clock that only moves when a test moves it; what falls due runs in order. Its methods are bound, as those of `systemClock` are. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  #tasks: Task[] = [];

  readonly nowMs = () => START_MS + this.#elapsedMs;
  readonly monotonicMs = () => this.#elapsedMs;
  readonly after = (delayMs: number, run: () => void): Timer => this.#add(delayMs, null, run);
  readonly every = (periodMs: number, run: () => void): Timer => this.#add(periodMs, periodMs, run);
  readonly sleep = (delayMs: number) => new Promise<void>((resolve) => void this.after(delayMs, resolve));

  /** Timers that still wait; a finished thing leaves none. */
  get pending(): number {
    return this.#tasks.length;
  }

  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (;;) {
      const next = this.#tasks.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.#elapsedMs = next.dueMs;
      if (next.periodMs === null) this.#remove(next);
      else next.dueMs += next.periodMs;
      next.run();
    }
    this.#elapsedMs = untilMs;
  }

  /** Jumps ahead without running anything, as a stalled process does; the next `advance` catches up. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
    for (const task of this.#tasks) task.dueMs = Math.max(task.dueMs, this.#elapsedMs);
  }

  #add(delayMs: number, periodMs: number | null, run: () => void): Timer {
    const task = { dueMs: this.#elapsedMs + Math.max(0, delayMs), periodMs, run };
    this.#tasks.push(task);
    return { cancel: () => this.#remove(task) };
  }

  #remove(task: Task): void {
    this.#tasks = this.#tasks.filter((one) => one !== task);
  }
}
