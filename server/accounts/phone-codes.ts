import type { Db } from "#server/database/connection.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Seals } from "#server/lib/sealed.ts";
import { randomInt, timingSafeEqual } from "node:crypto";

const CODE_LIFE_MS = 10 * 60_000;
export const CODE_LIFE_SECONDS = CODE_LIFE_MS / 1000;
const MAX_TRIES = 5;
/** Per account and, separately, per number: a number must not be flooded through many accounts. */
const SEND_RULE = { max: 3, windowMs: 60 * 60_000 };

type CodeDocument = { _id: string; codeHash: string; triesLeft: number; expiresAt: Date };

export type PhoneCodes = {
  /**
   * Makes a new code for this account and number; an older one stops working.
   * @throws Failure RATE_LIMITED
   */
  issue(accountId: string, phoneKey: string): Promise<string>;
  /**
   * Uses the code up.
   * @throws Failure CODE_WRONG: wrong, expired, used, or tried too often (all alike).
   */
  redeem(accountId: string, phoneKey: string, code: string): Promise<void>;
};

export function createPhoneCodes(dependencies: {
  db: Db;
  seals: Seals;
  clock: Clock;
  limits: Limits;
}): PhoneCodes {
  const { db, seals, clock, limits } = dependencies;
  const codes = db.collection<CodeDocument>("phoneCodes");
  const idOf = (accountId: string, phoneKey: string) => `${accountId}:${phoneKey}`;
  /** Keyed, so that a leaked database does not give away 6-digit codes to a million guesses. */
  const hashOf = (id: string, code: string) => seals.blindIndex(`phone code|${id}|${code}`);

  return {
    async issue(accountId, phoneKey) {
      const number = { who: phoneKey, action: "phoneCode" };
      const byNumber = await limits.take({ ...number, ...SEND_RULE });
      if (!byNumber.ok) throw tooMany(byNumber.retryAfterSeconds);
      const byAccount = await limits.take({ who: accountId, action: "phoneCode", ...SEND_RULE });
      if (!byAccount.ok) {
        await limits.giveBack({ ...number, hitId: byNumber.hitId });
        throw tooMany(byAccount.retryAfterSeconds);
      }
      const id = idOf(accountId, phoneKey);
      const code = randomInt(1_000_000).toString().padStart(6, "0");
      const expiresAt = new Date(clock.nowMs() + CODE_LIFE_MS);
      const fresh = { codeHash: hashOf(id, code), triesLeft: MAX_TRIES, expiresAt };
      await codes.replaceOne({ _id: id }, fresh, { upsert: true });
      return code;
    },
    async redeem(accountId, phoneKey, code) {
      const id = idOf(accountId, phoneKey);
      // The try is paid before the comparison, so that parallel guesses get five tries together, not each.
      const document = await codes.findOneAndUpdate(
        { _id: id, triesLeft: { $gt: 0 }, expiresAt: { $gt: new Date(clock.nowMs()) } },
        { $inc: { triesLeft: -1 } },
      );
      if (document === null || !same(document.codeHash, hashOf(id, code))) throw new Failure("CODE_WRONG");
      const used = await codes.deleteOne({ _id: id, codeHash: document.codeHash });
      if (used.deletedCount !== 1) throw new Failure("CODE_WRONG");
    },
  };
}

const same = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const tooMany = (retryAfterSeconds: number) => new Failure("RATE_LIMITED", { retryAfterSeconds });
