import { newAccountId } from "#server/accounts/auth-library.ts";
import type { OutsideIdentity } from "#server/accounts/outside-issuer.ts";
import type { Db } from "#server/database/connection.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";

type OutsideAccount = {
  accountId: string;
  name: string;
  email: string;
  emailVerified: boolean;
  accountType: "consumer" | "business";
  businessId: string | null;
};

type OutsideAccountDocument = {
  _id: string;
  issuer: string;
  subject: string;
  name: string;
  email: string;
  emailVerified: boolean;
  accountType: "consumer" | "business";
  businessId: string | null;
  createdAt: Date;
};

export type OutsideAccounts = {
  /**
   * The account of this identity; made at first sight. Only issuer and subject decide: an equal e-mail address never opens
   * somebody else's account. What kind of account it is stays as it was at first sight.
   */
  of(identity: OutsideIdentity): Promise<OutsideAccount>;
  emailsOf(accountIds: string[]): Promise<Map<string, string>>;
  nameOf(accountId: string): Promise<string | null>;
};

export function createOutsideAccounts(dependencies: { db: Db; clock: Clock }): OutsideAccounts {
  const { db, clock } = dependencies;
  const accounts = db.collection<OutsideAccountDocument>("externalAccounts");

  const create = async (identity: OutsideIdentity): Promise<OutsideAccountDocument> => {
    const fresh: OutsideAccountDocument = {
      _id: newAccountId(),
      ...identity,
      businessId: identity.accountType === "business" ? newId("biz") : null,
      createdAt: new Date(clock.nowMs()),
    };
    try {
      await accounts.insertOne(fresh);
      return fresh;
    } catch (error) {
      // Two first requests at once: the unique index let one through; that one counts.
      const { issuer, subject } = identity;
      const winner = await accounts.findOne({ issuer, subject });
      if (winner === null) throw error;
      return winner;
    }
  };

  return {
    async of(identity) {
      const { issuer, subject, name, email, emailVerified } = identity;
      const known = (await accounts.findOne({ issuer, subject })) ?? (await create(identity));
      if (known.name !== name || known.email !== email || known.emailVerified !== emailVerified) {
        await accounts.updateOne({ _id: known._id }, { $set: { name, email, emailVerified } });
      }
      const { _id: accountId, accountType, businessId } = known;
      return { accountId, name, email, emailVerified, accountType, businessId };
    },
    async emailsOf(accountIds) {
      const found = accounts.find({ _id: { $in: accountIds } }, { projection: { email: 1 } });
      return new Map((await found.toArray()).map(({ _id, email }) => [_id, email]));
    },
    async nameOf(accountId) {
      const found = await accounts.findOne({ _id: accountId }, { projection: { name: 1 } });
      return found?.name ?? null;
    },
  };
}
