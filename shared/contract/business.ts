import { businessProfileSchema, updateBusinessProfileSchema } from "#shared/business.ts";
import {
  callingHoursSchema,
  callRequestReplySchema,
  requestQuotaSchema,
} from "#shared/contract/call-request.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { leadIdSchema } from "#shared/ids.ts";
import { businessLeadSchema, matchStatusSchema } from "#shared/lead.ts";
import { z } from "zod";

/** What the agent is to reach. */
const objectiveSchema = z.string().trim().min(10).max(600);
/** `new` waits for an answer, `interested` was answered so, `done` was declined or closed by the consumer. */
const inboxViewSchema = z.enum(["new", "interested", "done"]);
export type InboxView = z.infer<typeof inboxViewSchema>;

const inboxPageSchema = z.object({
  view: inboxViewSchema.optional(),
  before: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(100),
});
export type InboxPage = z.infer<typeof inboxPageSchema>;

export const businessContract = {
  profile: procedure("GET", "/business/profile", "My business profile").output(businessProfileSchema),

  /** What is left out keeps its value or a sensible default. */
  updateProfile: procedure("POST", "/business/profile", "Change my business profile")
    .errors({ PHONE_INVALID: ERRORS.PHONE_INVALID })
    .input(updateBusinessProfileSchema)
    .output(businessProfileSchema),

  /** Newest match first; without a view all open leads. `next` is the `before` of the next page, null at the end. */
  leads: procedure("GET", "/business/leads", "Leads matched to my business")
    .input(inboxPageSchema.prefault({}))
    .output(
      z.object({
        leads: z.array(businessLeadSchema),
        next: z.string().nullable(),
        /** How many each view has; 100 stands for that many or more. */
        counts: z.object({ new: z.number().int(), interested: z.number().int(), done: z.number().int() }),
      }),
    ),

  respondToMatch: procedure("POST", "/business/leads/{leadId}/response", "Say whether we want this lead")
    .errors({ NOT_MATCHED: ERRORS.NOT_MATCHED, PROFILE_MISSING: ERRORS.PROFILE_MISSING })
    .input(z.object({ leadId: leadIdSchema, response: z.enum(["interested", "declined"]) }))
    .output(z.object({ leadId: leadIdSchema, status: matchStatusSchema })),

  /**
   * Asks for an AI call to the consumer of a lead, now or at an instant. Checks in this order: profile, lead, match, interest, number, time,
   * consent, suppression, hours, limit. Inside quiet hours without a time the call is scheduled for the next legal instant.
   */
  requestAICall: procedure("POST", "/business/leads/{leadId}/calls", "Have an AI agent call this lead")
    .errors({
      PROFILE_MISSING: ERRORS.PROFILE_MISSING,
      NOT_MATCHED: ERRORS.NOT_MATCHED,
      MATCH_NOT_INTERESTED: ERRORS.MATCH_NOT_INTERESTED,
      PHONE_MISSING: ERRORS.PHONE_MISSING,
      CONSENT_MISSING: ERRORS.CONSENT_MISSING,
      SUPPRESSED: ERRORS.SUPPRESSED,
      BAD_TIME: ERRORS.BAD_TIME,
      OUTSIDE_CALLING_HOURS: ERRORS.OUTSIDE_CALLING_HOURS,
      RATE_LIMITED: ERRORS.RATE_LIMITED,
    })
    .input(
      z.object({
        leadId: leadIdSchema,
        objective: objectiveSchema,
        scheduledTime: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .output(callRequestReplySchema),

  /** The exact instructions and opening that such a call would use; the opening has "[two code words]" where each call gets words of its own. */
  previewPrompt: procedure("POST", "/business/leads/{leadId}/preview", "What the agent would be told")
    .errors({ PROFILE_MISSING: ERRORS.PROFILE_MISSING, NOT_MATCHED: ERRORS.NOT_MATCHED })
    .input(z.object({ leadId: leadIdSchema, objective: objectiveSchema }))
    .output(z.object({ opening: z.string(), prompt: z.string() })),

  /** Whether the law of the hour lets the person of a lead be called now; a request is judged anew. */
  callingHours: procedure("GET", "/business/leads/{leadId}/calling-hours", "When this person may be called")
    .errors({
      PROFILE_MISSING: ERRORS.PROFILE_MISSING,
      NOT_MATCHED: ERRORS.NOT_MATCHED,
      PHONE_MISSING: ERRORS.PHONE_MISSING,
    })
    .input(z.object({ leadId: leadIdSchema }))
    .output(callingHoursSchema),

  /** Calls that may still be asked for in this hour, and what one costs. */
  quota: procedure("GET", "/business/quota", "Calls left in this hour and what one costs")
    .errors({ PROFILE_MISSING: ERRORS.PROFILE_MISSING })
    .output(requestQuotaSchema),
};
