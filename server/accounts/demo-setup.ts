import type { AuthLibrary } from "#server/accounts/auth-library.ts";
import type { Businesses } from "#server/accounts/businesses.ts";
import {
  DEMO_COUNTRIES,
  DEMO_PASSWORD,
  DEMO_PEOPLE,
  DEMO_PHONE,
  isDemoAddress,
} from "#server/accounts/demo-people.ts";
import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import type { Phones } from "#server/accounts/phones.ts";
import type { Db } from "#server/database/connection.ts";
import { CATEGORIES } from "#shared/lead.ts";

type UserDocument = { _id: string; email: string; name: string; businessId?: string | null };
type CredentialDocument = { userId: string; providerId: string };

export type DemoPerson = { email: string; name: string; accountType: "consumer" | "business" };
export type DemoAccount = { accountId: string; businessId: string | null };

/** Makes demo accounts: the three people that anybody may sign in as, and those that only receive calls. Safe to repeat and to race. */
export function createDemoSetup(dependencies: {
  db: Db;
  library: AuthLibrary;
  businesses: Businesses;
  phones: Phones;
}) {
  const { db, library, businesses, phones } = dependencies;
  const users = db.collection<UserDocument>("users");
  const credentials = db.collection<CredentialDocument>("credentials");

  /** Finds or makes an account that nobody can sign in to. */
  const account = async ({ email, name, accountType }: DemoPerson): Promise<DemoAccount> => {
    if (!isDemoAddress(email)) throw new TypeError("A demo person needs a demo address.");
    const known = await users.findOne({ email });
    if (known !== null) return { accountId: known._id, businessId: known.businessId ?? null };
    const { internalAdapter } = await library.$context;
    const user = { email, name, emailVerified: true, accountType };
    await internalAdapter.createUser(user, { method: "demo" }).catch(async (error: unknown) => {
      // Another server made the same person a moment ago.
      if ((await users.findOne({ email })) === null) throw error;
    });
    return account({ email, name, accountType });
  };

  const openToAll = async (person: DemoPerson): Promise<DemoAccount> => {
    const made = await account(person);
    const { accountId: userId } = made;
    if ((await credentials.findOne({ userId, providerId: "credential" })) !== null) return made;
    const { internalAdapter, password } = await library.$context;
    const hash = await password.hash(DEMO_PASSWORD);
    await internalAdapter.linkAccount({
      userId,
      providerId: "credential",
      accountId: userId,
      password: hash,
    });
    return made;
  };

  const provePhone = async (accountId: string, e164: string): Promise<void> => {
    await phones.save(accountId, readPhoneNumber(e164, DEMO_COUNTRIES));
  };

  return {
    account,
    provePhone,
    /** The three known people, the demo business's saved profile and the demo consumer's proven number. */
    async ensure(): Promise<void> {
      await openToAll(DEMO_PEOPLE.supervisor);
      const consumer = await openToAll(DEMO_PEOPLE.consumer);
      if ((await phones.maskedOf(consumer.accountId)) === null) {
        await provePhone(consumer.accountId, DEMO_PHONE);
      }
      const owner = await openToAll(DEMO_PEOPLE.business);
      const { name, email } = DEMO_PEOPLE.business;
      const caller = { ...owner, name, email, role: "business" as const };
      const profile = await businesses.profile(caller);
      if (profile.complete) return;
      const legalName = `${name} LLC`;
      await businesses.updateProfile(caller, { name, legalName, categories: [...CATEGORIES] });
    },
  };
}
