import { callRequestReplySchema } from "#shared/contract/call-request.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { businessIdSchema, holdIdSchema, leadIdSchema } from "#shared/ids.ts";
import {
  categorySchema,
  consumerMatchSchema,
  leadSchema,
  postalCodeSchema,
  timeZoneSchema,
  urgencySchema,
} from "#shared/lead.ts";
import { z } from "zod";

const byLeadId = z.object({ leadId: leadIdSchema });
const descriptionSchema = z.string().trim().min(10).max(1000);
const budgetCentsSchema = z.number().int().positive().max(100_000_000);

export const leadContract = {
  /** Stores what the consumer needs, sorts it into a category when none is given, and matches businesses. Never lost when the analyst is down. */
  submit: procedure("POST", "/leads", "Ask for help")
    .input(
      z.object({
        description: descriptionSchema,
        category: categorySchema.optional(),
        postalCode: postalCodeSchema,
        timeZone: timeZoneSchema,
        urgency: urgencySchema.optional(),
        budgetCents: budgetCentsSchema.optional(),
      }),
    )
    .output(z.object({ leadId: leadIdSchema, matches: z.array(consumerMatchSchema) })),

  /** Consent per named business; AI calls and recording are separate. Stored as a receipt. */
  grantConsent: procedure("POST", "/leads/{leadId}/consent", "Allow businesses to call me")
    .input(
      z.object({
        leadId: leadIdSchema,
        businessIds: z.array(businessIdSchema).min(1).max(20),
        aiCalls: z.literal(true),
        recording: z.boolean(),
      }),
    )
    .output(z.object({ granted: z.number().int() })),

  /** Takes both consents back. What waits and rested on them is cancelled at once; what rings or talks goes on until it is hung up. */
  revokeConsent: procedure("POST", "/leads/{leadId}/consent/revocation", "Take consent back")
    .input(z.object({ leadId: leadIdSchema, businessIds: z.array(businessIdSchema).min(1).max(20) }))
    .output(z.object({ revoked: z.number().int(), callsCancelled: z.number().int() })),

  get: procedure("GET", "/leads/{leadId}", "One request of mine").input(byLeadId).output(leadSchema),

  /** What is left out stays. New words are classified and matched anew; answers of businesses, and consent, stay. */
  correct: procedure("POST", "/leads/{leadId}/correction", "Correct my request")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(
      z.object({
        leadId: leadIdSchema,
        description: descriptionSchema.optional(),
        category: categorySchema.optional(),
        urgency: urgencySchema.optional(),
        budgetCents: budgetCentsSchema.optional(),
        postalCode: postalCodeSchema.optional(),
      }),
    )
    .output(leadSchema),

  /** Nobody is offered it any more and no call is asked for; calls that were agreed on stay. Again it changes nothing. */
  close: procedure("POST", "/leads/{leadId}/close", "Close my request").input(byLeadId).output(leadSchema),

  list: procedure("GET", "/leads", "My requests for help").output(z.object({ leads: z.array(leadSchema) })),

  matches: procedure("GET", "/leads/{leadId}/matches", "Businesses that fit my request")
    .input(byLeadId)
    .output(z.object({ matches: z.array(consumerMatchSchema) })),

  /**
   * A consumer asks to be called by a business that is interested, now or at an instant; that is itself consent to this one call by an AI. Checks in
   * this order: lead, number, match, interest, time, suppression, hours, limit. Inside quiet hours without a time the call is scheduled for the next
   * legal instant.
   */
  requestCallback: procedure("POST", "/leads/{leadId}/callback", "Have a business's AI agent call me")
    .errors({
      PHONE_MISSING: ERRORS.PHONE_MISSING,
      NOT_MATCHED: ERRORS.NOT_MATCHED,
      MATCH_NOT_INTERESTED: ERRORS.MATCH_NOT_INTERESTED,
      BAD_TIME: ERRORS.BAD_TIME,
      SUPPRESSED: ERRORS.SUPPRESSED,
      OUTSIDE_CALLING_HOURS: ERRORS.OUTSIDE_CALLING_HOURS,
      RATE_LIMITED: ERRORS.RATE_LIMITED,
      SLOT_NOT_FREE: ERRORS.SLOT_NOT_FREE,
    })
    .input(
      z.object({
        leadId: leadIdSchema,
        businessId: businessIdSchema,
        /** A slot held with `booking.hold`: its instant is the time. Ran out: `SLOT_NOT_FREE`, before every other check. */
        holdId: holdIdSchema.optional(),
        preferredTime: z.iso.datetime({ offset: true }).optional(),
        /** Left out: "Call consumer to discuss their … needs and schedule a consultation". */
        objective: z.string().trim().min(1).max(600).optional(),
      }),
    )
    .output(callRequestReplySchema),
};
