import type { Caller } from "#server/accounts/caller.ts";
import { forConsumers } from "#server/http/procedures/base.ts";
import type { Leads } from "#server/leads/leads.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Matching } from "#server/matching/matching.ts";
import type { ConsumerMatch } from "#shared/lead.ts";

export type LeadProceduresParts = {
  leads: Pick<Leads, "submit" | "list" | "get" | "correct" | "close" | "grantConsent" | "revokeConsent">;
  matching: Pick<Matching, "matchLead" | "rematchLead" | "matchesOfLead" | "closeLead">;
  /** Cancels what waits for the caller's lead and these businesses and is not consented to. Returns how many calls. */
  cancelUncovered(caller: Caller, about: { leadId: string; businessIds: string[] }): Promise<number>;
  logger: Logger;
};

/** The consumer's side of the marketplace: `lead.*`, except the request for a call. */
export function createLeadProcedures({ leads, matching, cancelUncovered, logger }: LeadProceduresParts) {
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

    /** First the receipts, then the calls: one that is asked for in between meets the gate when it comes due. */
    revokeConsent: forConsumers.lead.revokeConsent.handler(async ({ context, input }) => {
      const meta = context.ip === undefined ? {} : { ip: context.ip };
      const { revoked } = await leads.revokeConsent(context.caller, input, meta);
      return { revoked, callsCancelled: await cancelUncovered(context.caller, input) };
    }),

    get: forConsumers.lead.get.handler(({ context, input }) => leads.get(context.caller, input.leadId)),

    /** The correction is stored before it is matched; when matching fails, correcting again tries again. */
    correct: forConsumers.lead.correct.handler(async ({ context, input }) => {
      await matching.rematchLead(await leads.correct(context.caller, input));
      return leads.get(context.caller, input.leadId);
    }),

    close: forConsumers.lead.close.handler(async ({ context, input }) => {
      const closed = await leads.close(context.caller, input.leadId);
      await matching.closeLead(input.leadId);
      return closed;
    }),

    list: forConsumers.lead.list.handler(async ({ context }) => ({
      leads: await leads.list(context.caller),
    })),

    matches: forConsumers.lead.matches.handler(async ({ context, input }) => ({
      matches: await matching.matchesOfLead(context.caller, input.leadId),
    })),
  };
}
