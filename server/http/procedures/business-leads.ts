import { forBusinesses } from "#server/http/procedures/base.ts";
import type { Matching } from "#server/matching/matching.ts";

export type BusinessLeadProceduresParts = { matching: Pick<Matching, "leadsOfBusiness" | "respond"> };

/** The business's side of the marketplace: its inbox of leads and its answers. */
export function createBusinessLeadProcedures({ matching }: BusinessLeadProceduresParts) {
  return {
    leads: forBusinesses.business.leads.handler(({ context, input }) =>
      matching.leadsOfBusiness(context.caller, input),
    ),

    respondToMatch: forBusinesses.business.respondToMatch.handler(({ context, input }) =>
      matching.respond(context.caller, input),
    ),
  };
}
