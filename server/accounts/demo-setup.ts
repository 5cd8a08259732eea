import type { AuthLibrary } from "#server/accounts/auth-library.ts";
import type { Businesses } from "#server/accounts/businesses.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE, DEMO_PHONE } from "#server/accounts/demo-people.ts";
import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import type { Phones } from "#server/accounts/phones.ts";
import type { Db } from "#server/database/connection.ts";
import { CATEGORIES } from "#shared/lead.ts";

type UserDocument = { _id: string; email: string; emailVerified: boolean; businessId?: string | null };

/** Makes the three demo people, the demo business's saved profile and the demo consumer's proven number. Safe to repeat and to race. */
export function createDemoSetup(dependencies: {
  db: Db;
  library: AuthLibrary;
  businesses: Businesses;
  phones: Phones;
}) {
  const { db, library, businesses, phones } = dependencies;
  const users = db.collection<UserDocument>("users");

  const ensurePerson = async (person: (typeof DEMO_PEOPLE)[keyof typeof DEMO_PEOPLE]) => {
    const { email } = person;
    let user = await users.findOne({ email });
    if (user === null) {
      try {
        await library.api.signUpEmail({ body: { ...person, password: DEMO_PASSWORD } });
      } catch (error) {
        // Another server made the same person a moment ago; anything else shows below as a missing user.
        if ((await users.findOne({ email })) === null) throw error;
      }
      user = await users.findOneAndUpdate({ email }, { $set: { emailVerified: true } });
    }
    if (user === null) throw new Error("A demo person is missing.");
    return { accountId: user._id, businessId: user.businessId ?? null };
  };

  return {
    async ensure(): Promise<void> {
      await ensurePerson(DEMO_PEOPLE.supervisor);
      const consumer = await ensurePerson(DEMO_PEOPLE.consumer);
      if ((await phones.maskedOf(consumer.accountId)) === null) {
        await phones.save(consumer.accountId, readPhoneNumber(DEMO_PHONE));
      }
      const { name, email } = DEMO_PEOPLE.business;
      const owner = await ensurePerson(DEMO_PEOPLE.business);
      const caller = { ...owner, name, email, role: "business" as const };
      const profile = await businesses.profile(caller);
      if (profile.complete) return;
      await businesses.updateProfile(caller, {
        name,
        legalName: `${name} LLC`,
        categories: [...CATEGORIES],
        postalCodes: [],
      });
    },
  };
}
