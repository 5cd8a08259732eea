import type { Businesses } from "#server/accounts/businesses.ts";
import { forBusinesses } from "#server/http/procedures/base.ts";

export type BusinessProfileProceduresParts = { businesses: Pick<Businesses, "profile" | "updateProfile"> };

/** `business.profile` and `business.updateProfile` */
export function createBusinessProfileProcedures({ businesses }: BusinessProfileProceduresParts) {
  return {
    profile: forBusinesses.business.profile.handler(({ context }) => businesses.profile(context.caller)),

    updateProfile: forBusinesses.business.updateProfile.handler(({ context, input }) =>
      businesses.updateProfile(context.caller, input),
    ),
  };
}
