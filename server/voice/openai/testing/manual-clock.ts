import type { Clock, Timer } from "#server/lib/clock.ts";

type Entry = {
  readonly id: number;
  dueMs: number;
  readonly periodMs: number | null;
  readonly task: () => void;
};

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #count = 0;
  #entries: Entry[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Timer {
    return this.#add(delayMs, null, task);
  }

  every(periodMs: number, task: () => void): Timer {
    return this.#add(periodMs, periodMs, task);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Timers that still run. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Moves time on; what falls due runs in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const due = this.#entries.filter((entry) => entry.dueMs <= untilMs);
      const next = due.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id)[0];
      if (!next) break;
      this.#nowMs = next.dueMs;
      if (next.periodMs === null) this.#remove(next);
      else next.dueMs += next.periodMs;
      next.task();
    }
    this.#nowMs = untilMs;
  }

  #add(delayMs: number, periodMs: number | null, task: () => void): Timer {
    this.#count += 1;
    const entry: Entry = { id: this.#count, dueMs: this.#nowMs + delayMs, periodMs, task };
    this.#entries.push(entry);
    return { cancel: () => this.#remove(entry) };
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((one) => one !== entry);
  }
}
