import type { Clock, Timer } from "#server/lib/clock.ts";

type Task = { atMs: number; readonly periodMs: number | null; readonly run: () => void };

/** Time that a test moves by hand. */
export class ManualClock implements Clock {
  #nowMs = 1_800_000_000_000;
  #tasks: Task[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + Math.max(0, delayMs), periodMs: null, run });
  }

  every(periodMs: number, run: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + periodMs, periodMs, run });
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#tasks.length;
  }

  /** Runs everything due in the next `ms`, in order of time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#tasks.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > untilMs) break;
      this.#nowMs = next.atMs;
      if (next.periodMs === null) this.#tasks = this.#tasks.filter((task) => task !== next);
      else next.atMs += next.periodMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  /** Jumps ahead without running anything, as a stalled process does; the next `advance` catches up. */
  stall(ms: number): void {
    this.#nowMs += ms;
    for (const task of this.#tasks) task.atMs = Math.max(task.atMs, this.#nowMs);
  }

  #add(task: Task): Timer {
    this.#tasks.push(task);
    return {
      cancel: () => {
        this.#tasks = this.#tasks.filter((other) => other !== task);
      },
    };
  }
}
