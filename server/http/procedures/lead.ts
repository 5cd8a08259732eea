import { forConsumers } from "#server/http/procedures/base.ts";
import type { Leads } from "#server/leads/leads.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Matching } from "#server/matching/matching.ts";
import type { ConsumerMatch } from "#shared/lead.ts";

export type LeadProceduresParts = {
  leads: Pick<Leads, "submit" | "list" | "grantConsent">;
  matching: Pick<Matching, "matchLead" | "matchesOfLead">;
  logger: Logger;
};

/** The consumer's side of the marketplace: `lead.*`, except the request for a call. */
export function createLeadProcedures({ leads, matching, logger }: LeadProceduresParts) {
  return {
    /** The lead is stored before it is matched; when matching fails the reply has no matches yet and `lead.matches` tries again. */
    submit: forConsumers.lead.submit.handler(async ({ context, input }) => {
      const lead = await leads.submit(context.caller, input);
      const matches = await matching.matchLead(lead).catch((error: unknown): ConsumerMatch[] => {
        logger.error({ leadId: lead.leadId, ...errorFields(error) }, "A new lead could not be matched");
        return [];
      });
      return { leadId: lead.leadId, matches };
    }),

    grantConsent: forConsumers.lead.grantConsent.handler(({ context, input }) =>
      leads.grantConsent(context.caller, input, context.ip === undefined ? {} : { ip: context.ip }),
    ),

    list: forConsumers.lead.list.handler(async ({ context }) => ({
      leads: await leads.list(context.caller),
    })),

    matches: forConsumers.lead.matches.handler(async ({ context, input }) => ({
      matches: await matching.matchesOfLead(context.caller, input.leadId),
    })),
  };
}
