import type { Caller } from "#server/accounts/caller.ts";
import type { Appointments } from "#server/booking/appointments.ts";
import { type CallbackPlanParts, firstFree, planSlots } from "#server/booking/callback-plan.ts";
import { type HoldKey, type SlotHold, SlotHolds } from "#server/booking/slot-holds.ts";
import type { Opening, Slot } from "#server/booking/slots.ts";
import type { CalleePlace } from "#server/compliance/callee-places.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import { hourRules, legalCallingInstant } from "#server/compliance/state-hours.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { OfferedSlots } from "#shared/contract/booking.ts";
import type { Connection } from "mongoose";
import { Temporal } from "temporal-polyfill";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As far ahead as a call may be asked for. */
const HORIZON_MS = 60 * DAY_MS;
/** What a booked call takes of the business's time: the longest call. */
const CALL_MS = 15 * 60_000;

/** A call of the business that was booked for an instant. */
type BookedCall = { consumerId: string; dueAt: Date };

export type CallbackSlotsParts = {
  db: Connection;
  clock: Clock;
  quietHours: QuietHours;
  businessById(businessId: string): Promise<Opening | null>;
  appointments: Pick<Appointments, "promised">;
  bookedCalls(businessId: string, from: Date, until: Date): Promise<BookedCall[]>;
  /** Where this consumer is called by this business; null when the business does not fit any request of theirs. */
  placesOf(caller: Caller, businessId: string): Promise<CalleePlace[] | null>;
};

type SlotsQuery = { businessId: string; from: string; days: number; timeZone: string };

/** When a consumer can have a business call back: what is offered, and holding it while they decide. */
export class CallbackSlots {
  readonly #parts: CallbackSlotsParts;
  readonly #holds: SlotHolds;

  constructor(parts: CallbackSlotsParts) {
    this.#parts = parts;
    this.#holds = new SlotHolds(parts);
  }

  /** Days are those of `timeZone`, instants carry its offset. @throws Failure NOT_FOUND */
  async slots(caller: Caller, { businessId, from, days, timeZone }: SlotsQuery): Promise<OfferedSlots> {
    const fromMs = Date.parse(from);
    const start = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone);
    const range = { fromMs, untilMs: start.add({ days }).epochMilliseconds };
    const { plan } = await this.#planFor(caller, businessId);
    const { slots, closed } = planSlots(plan, range);
    const next = firstFree(plan, fromMs);
    const text = (atMs: number) => localText(atMs, timeZone);
    return {
      slots: slots.map(({ startAt, endAt }) => ({ startsAt: text(startAt), endsAt: text(endAt) })),
      closed: closed.map(({ startAt, reason }) => ({ startsAt: text(startAt), reason })),
      nextFreeAt: next === null ? null : text(next),
    };
  }

  /** Keeps a slot for two minutes. @throws Failure NOT_FOUND, BAD_TIME, OUTSIDE_CALLING_HOURS, SLOT_NOT_FREE */
  async hold(caller: Caller, businessId: string, startsAt: string): Promise<SlotHold> {
    const startAt = Date.parse(startsAt);
    const { plan, places } = await this.#planFor(caller, businessId);
    const { slots, closed } = planSlots(plan, { fromMs: startAt, untilMs: startAt + 1 });
    const [slot] = slots;
    if (slot === undefined) throw this.#refused(startAt, closed[0]?.reason, plan, places);
    const who = { accountId: caller.accountId, businessId };
    const hold = await this.#holds.take(who, slot);
    // Asked again with the slot in hand: what was booked meanwhile is stored by now.
    const isTaken = hold === null || (await this.#taken(who, slot)).length > 0;
    if (isTaken) {
      if (hold !== null) await this.#holds.release(hold.holdId, caller.accountId);
      throw slotNotFree(firstFree((await this.#planFor(caller, businessId)).plan, startAt));
    }
    await this.#holds.dropOlder(who, hold.holdId);
    return hold;
  }

  /** True when there was such a hold of theirs. */
  release(accountId: string, holdId: string): Promise<boolean> {
    return this.#holds.release(holdId, accountId);
  }

  /** Makes a hold last while its call is stored, and tells its instant. @throws Failure SLOT_NOT_FREE when it ran out */
  async confirm(who: HoldKey, holdId: string): Promise<number> {
    const hold = await this.#holds.keep(holdId, who);
    if (hold === null) throw slotNotFree(null);
    return hold.startAt;
  }

  /**
   * Holds an instant for a consumer who moves a call to it, whatever the opening hours; their own calls are not in its way. Resolves with what lets it go again.
   * @throws Failure SLOT_NOT_FREE
   */
  async reserve(who: HoldKey, atMs: number): Promise<() => Promise<unknown>> {
    const slot = { startAt: atMs, endAt: atMs + CALL_MS };
    const hold = await this.#holds.take(who, slot);
    if (hold === null) throw slotNotFree(null);
    const letGo = () => this.#holds.release(hold.holdId, who.accountId);
    if ((await this.#taken(who, slot, who.accountId)).length === 0) return letGo;
    await letGo();
    throw slotNotFree(null);
  }

  async #planFor(
    caller: Caller,
    businessId: string,
  ): Promise<{ plan: CallbackPlanParts; places: CalleePlace[] }> {
    const { clock, quietHours, businessById, placesOf } = this.#parts;
    const [opening, places] = await Promise.all([businessById(businessId), placesOf(caller, businessId)]);
    if (opening === null || places === null) throw new Failure("NOT_FOUND");
    const nowMs = clock.nowMs();
    const horizonMs = nowMs + HORIZON_MS;
    const who = { accountId: caller.accountId, businessId };
    const taken = await this.#taken(who, { startAt: nowMs, endAt: horizonMs });
    return { plan: { opening, rules: hourRules(places, quietHours), taken, nowMs, horizonMs }, places };
  }

  /** Appointments, booked calls and what others hold, as far as it overlaps. */
  async #taken(who: HoldKey, slot: Slot, exceptConsumerId?: string): Promise<Slot[]> {
    const { appointments, bookedCalls } = this.#parts;
    const { businessId } = who;
    const [promised, calls, held] = await Promise.all([
      appointments.promised(businessId, slot),
      bookedCalls(businessId, new Date(slot.startAt - CALL_MS + 1), new Date(slot.endAt)),
      this.#holds.ofOthers(who, slot),
    ]);
    const booked = calls
      .filter((call) => call.consumerId !== exceptConsumerId)
      .map(({ dueAt }) => ({ startAt: dueAt.getTime(), endAt: dueAt.getTime() + CALL_MS }));
    return [...promised, ...booked, ...held];
  }

  #refused(
    startAt: number,
    reason: OfferedSlots["closed"][number]["reason"] | undefined,
    plan: CallbackPlanParts,
    places: CalleePlace[],
  ): Failure {
    if (reason === "past" || reason === "too_far") return new Failure("BAD_TIME");
    const legalMs = legalCallingInstant(places, this.#parts.quietHours, startAt);
    if (legalMs === null) return new Failure("BAD_TIME");
    if (reason === "quiet_hours") {
      return new Failure("OUTSIDE_CALLING_HOURS", { allowedFrom: new Date(legalMs).toISOString() });
    }
    return slotNotFree(firstFree(plan, startAt));
  }
}

const slotNotFree = (nextMs: number | null) =>
  new Failure("SLOT_NOT_FREE", { nextFreeAt: nextMs === null ? null : new Date(nextMs).toISOString() });

/** With the offset that the zone then has, so that the two passes of a repeated hour differ. */
const localText = (atMs: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toString({ timeZone, smallestUnit: "second" });
