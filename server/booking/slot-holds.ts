import type { Slot } from "#server/booking/slots.ts";
import { isDuplicateKey } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { Connection } from "mongoose";

const HOLD_MS = 120_000;

export type SlotHold = Slot & { holdId: string; expiresAt: number };
type HoldDocument = {
  _id: string;
  businessId: string;
  accountId: string;
  startAt: Date;
  endAt: Date;
  expiresAt: Date;
};

/** Whose hold of which business. */
export type HoldKey = { accountId: string; businessId: string };

/**
 * Slots that somebody is about to book. A unique index on business and start lets one hold through, whichever server it is asked at; what ran out
 * counts no more, and its document goes with the next hold or by its TTL index [BK12].
 */
export class SlotHolds {
  readonly #holds;
  readonly #clock: Clock;

  constructor({ db, clock }: { db: Connection; clock: Clock }) {
    this.#holds = db.collection<HoldDocument>("slotHolds");
    this.#clock = clock;
  }

  /** Null: somebody else has it. Asking again for one's own gives the same hold, and no more time. */
  async take({ accountId, businessId }: HoldKey, slot: Slot): Promise<SlotHold | null> {
    const nowMs = this.#clock.nowMs();
    const startAt = new Date(slot.startAt);
    await this.#holds.deleteMany({ businessId, startAt, expiresAt: { $lte: new Date(nowMs) } });
    const hold: HoldDocument = {
      _id: newId("hold"),
      businessId,
      accountId,
      startAt,
      endAt: new Date(slot.endAt),
      expiresAt: new Date(nowMs + HOLD_MS),
    };
    try {
      await this.#holds.insertOne(hold);
      return viewOf(hold);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const own = await this.#holds.findOne({ businessId, startAt, accountId });
      return own === null ? null : viewOf(own);
    }
  }

  /** A person holds one slot of a business: the newest. Ids are in the order of time. */
  async dropOlder({ accountId, businessId }: HoldKey, holdId: string): Promise<void> {
    await this.#holds.deleteMany({ accountId, businessId, _id: { $lt: holdId } });
  }

  /** Makes sure that a hold lasts while it is being booked. Null: it ran out, or is somebody else's. */
  async keep(holdId: string, { accountId, businessId }: HoldKey): Promise<SlotHold | null> {
    const nowMs = this.#clock.nowMs();
    const kept = await this.#holds.findOneAndUpdate(
      { _id: holdId, accountId, businessId, expiresAt: { $gt: new Date(nowMs) } },
      { $set: { expiresAt: new Date(nowMs + HOLD_MS) } },
      { returnDocument: "after" },
    );
    return kept === null ? null : viewOf(kept);
  }

  /** True when it was there and was this account's. */
  async release(holdId: string, accountId: string): Promise<boolean> {
    return (await this.#holds.deleteOne({ _id: holdId, accountId })).deletedCount === 1;
  }

  /** What others hold of a business. */
  async ofOthers({ accountId, businessId }: HoldKey, { startAt, endAt }: Slot): Promise<Slot[]> {
    const found = await this.#holds
      .find({
        businessId,
        accountId: { $ne: accountId },
        startAt: { $lt: new Date(endAt) },
        endAt: { $gt: new Date(startAt) },
        expiresAt: { $gt: new Date(this.#clock.nowMs()) },
      })
      .toArray();
    return found.map(viewOf);
  }
}

const viewOf = ({ _id: holdId, startAt, endAt, expiresAt }: HoldDocument): SlotHold => ({
  holdId,
  startAt: startAt.getTime(),
  endAt: endAt.getTime(),
  expiresAt: expiresAt.getTime(),
});
