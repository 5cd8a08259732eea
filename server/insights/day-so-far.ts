import type { EndedCall } from "#server/calls/wall-queries.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { DaySoFar } from "#shared/call/summary.ts";

const DAY_MS = 24 * 3_600_000;
/** Read again at most this often, however many ask. */
const FRESH_MS = 2_000;
/** A server may store an end a while after its own clock dated it: so far back is read again each time. */
const OVERLAP_MS = 15_000;
const PAGE = 1_000;

type Totals = Pick<DaySoFar, "calls" | "reached" | "tried" | "spentCents">;

export type DaySoFarParts = {
  clock: Clock;
  /** Calls that ended after this, oldest first, at most `limit`. */
  endedAfter(after: Date, limit: number): Promise<EndedCall[]>;
};

/**
 * The calls of this day (UTC) that are over, counted [IN4]. Only what ended since the last look is read, so a long day costs no more than a
 * short one; what the carrier corrects later is seen after the next start.
 */
export class DayFigures {
  readonly #parts: DaySoFarParts;
  #dayMs = 0;
  /** Counted for good: ended longer ago than anybody could still store. */
  #banked: Totals = NONE;
  #recent = new Map<string, EndedCall>();
  /** The newest end that was seen. */
  #seenMs = 0;
  #askedMs: number | null = null;
  #reading: Promise<void> | null = null;

  constructor(parts: DaySoFarParts) {
    this.#parts = parts;
  }

  /** `runningCents`: what the calls under way cost so far. @throws what the database throws */
  async read(runningCents: number): Promise<DaySoFar> {
    const { clock } = this.#parts;
    if (this.#askedMs === null || clock.monotonicMs() - this.#askedMs >= FRESH_MS) {
      this.#reading ??= this.#lookAgain().finally(() => (this.#reading = null));
      await this.#reading;
    }
    const totals = [...this.#recent.values()].reduce(withCall, this.#banked);
    return {
      since: new Date(this.#dayMs).toISOString(),
      ...totals,
      spentCents: totals.spentCents + runningCents,
    };
  }

  async #lookAgain(): Promise<void> {
    const { clock, endedAfter } = this.#parts;
    const nowMs = clock.nowMs();
    const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
    if (dayMs !== this.#dayMs) this.#beginDay(dayMs);
    // Ends in the same millisecond at the border of a page would be left out by "after": one before it.
    let afterMs = Math.max(dayMs, this.#seenMs - OVERLAP_MS) - 1;
    for (;;) {
      const ended = await endedAfter(new Date(afterMs), PAGE);
      for (const call of ended) this.#recent.set(call.callId, call);
      const newestMs = ended.at(-1)?.endedAt.getTime() ?? afterMs;
      this.#seenMs = Math.max(this.#seenMs, newestMs);
      if (ended.length < PAGE || newestMs - 1 <= afterMs) break;
      afterMs = newestMs - 1;
    }
    this.#bank();
    this.#askedMs = clock.monotonicMs();
  }

  #beginDay(dayMs: number) {
    this.#dayMs = dayMs;
    this.#banked = NONE;
    this.#recent = new Map();
    this.#seenMs = 0;
  }

  #bank() {
    for (const [callId, call] of this.#recent) {
      if (call.endedAt.getTime() >= this.#seenMs - OVERLAP_MS) continue;
      this.#banked = withCall(this.#banked, call);
      this.#recent.delete(callId);
    }
  }
}

const NONE: Totals = { calls: 0, reached: 0, tried: 0, spentCents: 0 };

function withCall(totals: Totals, { status, answered, cents }: EndedCall): Totals {
  const isReached = answered && status !== "voicemail";
  // Who took a request back before anybody was called tells nothing of how well people are reached.
  const isTried = isReached || status !== "cancelled";
  return {
    calls: totals.calls + 1,
    reached: totals.reached + (isReached ? 1 : 0),
    tried: totals.tried + (isTried ? 1 : 0),
    spentCents: totals.spentCents + cents,
  };
}
