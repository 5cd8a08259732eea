import type { CallHead } from "#server/calls/call-document.ts";
import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { Connection, mongo } from "mongoose";

const DAY_MS = 24 * 3_600_000;
const INSTALLATION = "installation";

/**
 * What was committed on one day (UTC) by the installation or one business: the cost of calls that are over, and for each attempt under way what its
 * call may cost at most.
 */
type SpendingDocument = {
  _id: string;
  committedCents: number;
  /** Reserved cents by attempt. */
  open: Record<string, number>;
  expiresAt: Date;
};

type Deps = {
  connection: Connection;
  clock: Clock;
  /** Of the whole installation and of each business, a day; null: no cap. */
  dailySpendCapCents: number | null;
  businessDailySpendCapCents: number | null;
  /** What is reserved for a call before it is dialled: what it costs if it lasts as long as it may. */
  reserveCents: number;
};

/**
 * The daily spending cap [CL265]. Before a dial the call's greatest cost is reserved, on condition that the cap is not reached: one conditional
 * update of one document, so servers can't pass it together. The true cost takes its place when the call is over. So what is spent exceeds the cap
 * by less than one call. A reservation whose server died stays until the day is over: too little is dialled then, never too much.
 */
export class Spending {
  readonly #deps: Deps;
  readonly #days: mongo.Collection<SpendingDocument>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#days = deps.connection.collection<SpendingDocument>("spending");
  }

  /** Null: reserved. Otherwise the instant at which a new day begins. */
  async reserve(businessId: string, attemptId: string): Promise<number | null> {
    const { dailySpendCapCents, businessDailySpendCapCents, clock } = this.#deps;
    const today = dayOf(clock.nowMs());
    const tomorrowMs = (Math.floor(clock.nowMs() / DAY_MS) + 1) * DAY_MS;
    if (!(await this.#commit(`${INSTALLATION}:${today}`, attemptId, dailySpendCapCents))) return tomorrowMs;
    if (await this.#commit(`${businessId}:${today}`, attemptId, businessDailySpendCapCents)) return null;
    await this.settle(businessId, attemptId, 0);
    return tomorrowMs;
  }

  /** Puts what an attempt cost in the place of what was reserved for it. Again, or without a reservation: nothing changes. */
  async settle(businessId: string, attemptId: string, cents: number): Promise<void> {
    if (this.#isUncapped) return;
    const nowMs = this.#deps.clock.nowMs();
    // A call that began before midnight is paid for on the day it began.
    const days = [dayOf(nowMs), dayOf(nowMs - DAY_MS)];
    const ids = days.flatMap((day) => [`${INSTALLATION}:${day}`, `${businessId}:${day}`]);
    const place = `open.${attemptId}`;
    const found = await this.#days.find({ _id: { $in: ids }, [place]: { $exists: true } }).toArray();
    for (const { _id, open } of found) {
      const reserved = open[attemptId] ?? 0;
      const change = { $inc: { committedCents: cents - reserved }, $unset: { [place]: "" as const } };
      await this.#days.updateOne({ _id, [place]: reserved }, change);
    }
  }

  /** To be told after each step of a call: an attempt that ended, or a call that did, is settled. */
  async follow(
    { state, businessId, summary, carrierCalls }: CallHead,
    events: NewCallEvent[],
  ): Promise<void> {
    // What is summed up has its cost only when that is done.
    if (this.#isUncapped || state.phase === "wrappingUp") return;
    const over = events.flatMap((event) => (event.type === "attempt.ended" ? event.attemptId : []));
    const last = state.phase === "ended" ? carrierCalls.at(-1)?.attemptId : undefined;
    for (const attemptId of new Set([...over, ...(last === undefined ? [] : [last])])) {
      await this.settle(businessId, attemptId, summary.totalCents ?? 0);
    }
  }

  get #isUncapped(): boolean {
    const { dailySpendCapCents, businessDailySpendCapCents } = this.#deps;
    return dailySpendCapCents === null && businessDailySpendCapCents === null;
  }

  async #commit(_id: string, attemptId: string, capCents: number | null): Promise<boolean> {
    if (capCents === null) return true;
    const { reserveCents, clock } = this.#deps;
    const fresh = { committedCents: 0, open: {}, expiresAt: new Date(clock.nowMs() + 3 * DAY_MS) };
    await retryLostUpsert(() => this.#days.updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true }));
    const { matchedCount } = await this.#days.updateOne(
      { _id, committedCents: { $lt: capCents } },
      { $inc: { committedCents: reserveCents }, $set: { [`open.${attemptId}`]: reserveCents } },
    );
    return matchedCount === 1;
  }
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
