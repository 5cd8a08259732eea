import type { Businesses } from "#server/accounts/businesses.ts";
import type { Matching } from "#server/matching/matching.ts";
import { forBusinesses } from "#server/http/procedures/base.ts";

export type BusinessProfileProceduresParts = {
  businesses: Pick<Businesses, "profile" | "updateProfile">;
  matching: Pick<Matching, "matchBusiness">;
};

/** `business.profile` and `business.updateProfile` */
export function createBusinessProfileProcedures({ businesses, matching }: BusinessProfileProceduresParts) {
  return {
    profile: forBusinesses.business.profile.handler(({ context }) => businesses.profile(context.caller)),

    /** A profile that changed may fit leads that were there before. */
    updateProfile: forBusinesses.business.updateProfile.handler(async ({ context, input }) => {
      const profile = await businesses.updateProfile(context.caller, input);
      await matching.matchBusiness(profile.businessId);
      return profile;
    }),
  };
}
