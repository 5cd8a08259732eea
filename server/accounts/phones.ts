import { maskPhone, timeZoneOfPhone } from "#server/accounts/phone-number.ts";
import type { Db } from "#server/database/connection.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { PhoneNumber } from "libphonenumber-js/max";

/** A proven number. `e164` must go nowhere but to the carrier; `phoneKey` is the blind index that records and limits use. */
export type ProvenPhone = { e164: string; phoneKey: string; masked: string; timeZone: string | null };

type PhoneDocument = {
  /** The account. */
  _id: string;
  /** E.164, sealed for exactly this document and field. */
  sealed: string;
  phoneKey: string;
  masked: string;
  timeZone: string | null;
  provenAt: Date;
};

export type Phones = {
  /** The blind index of a number: same number, same key, on every account and in every record. */
  keyOf(e164: string): string;
  /** Replaces the account's number. */
  save(accountId: string, number: PhoneNumber): Promise<ProvenPhone>;
  of(accountId: string): Promise<ProvenPhone | null>;
  /** Only what people may see; opens nothing. */
  maskedOf(accountId: string): Promise<string | null>;
  /** The same of many accounts in one query; those without a proven number are missing. */
  maskedOfEach(accountIds: string[]): Promise<Map<string, string>>;
};

const placeOf = (accountId: string) => ({ collection: "phones", field: "sealed", documentId: accountId });

/** Phone numbers of accounts, sealed at rest in a collection of their own. */
export function createPhones(dependencies: { db: Db; seals: Seals; clock: Clock }): Phones {
  const { db, seals, clock } = dependencies;
  const phones = db.collection<PhoneDocument>("phones");
  const keyOf = (e164: string) => seals.blindIndex(e164);
  return {
    keyOf,
    async save(accountId, number) {
      const e164 = number.number;
      const phoneKey = keyOf(e164);
      const masked = maskPhone(e164);
      const timeZone = await timeZoneOfPhone(number);
      const sealed = seals.seal(e164, placeOf(accountId));
      const provenAt = new Date(clock.nowMs());
      await phones.replaceOne(
        { _id: accountId },
        { sealed, phoneKey, masked, timeZone, provenAt },
        { upsert: true },
      );
      return { e164, phoneKey, masked, timeZone };
    },
    async of(accountId) {
      const document = await phones.findOne({ _id: accountId });
      if (document === null) return null;
      const { phoneKey, masked, timeZone } = document;
      return { e164: seals.open(document.sealed, placeOf(accountId)), phoneKey, masked, timeZone };
    },
    async maskedOf(accountId) {
      const document = await phones.findOne({ _id: accountId }, { projection: { masked: 1 } });
      return document?.masked ?? null;
    },
    async maskedOfEach(accountIds) {
      const found = phones.find({ _id: { $in: accountIds } }, { projection: { masked: 1 } });
      return new Map((await found.toArray()).map(({ _id, masked }) => [_id, masked]));
    },
  };
}
