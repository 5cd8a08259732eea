import { businessIdSchema, leadIdSchema } from "#shared/ids.ts";
import { z } from "zod";

/** What kinds of help the marketplace knows. */
export const CATEGORIES = [
  "roofing",
  "plumbing",
  "electrical",
  "heating",
  "cleaning",
  "moving",
  "legal",
  "dental",
  "other",
] as const;
export const categorySchema = z.enum(CATEGORIES);
export type Category = z.infer<typeof categorySchema>;

export const urgencySchema = z.enum(["now", "this_week", "flexible"]);
export type Urgency = z.infer<typeof urgencySchema>;

/** An IANA zone such as America/New_York. */
export const timeZoneSchema = z.string().refine(isTimeZone, { error: "Not a time zone of the IANA list." });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // Intl has no other way to ask.
  }
}

export const postalCodeSchema = z.string().trim().min(3).max(10);

export const matchStatusSchema = z.enum(["pending", "interested", "declined"]);
export type MatchStatus = z.infer<typeof matchStatusSchema>;

/** A match as the consumer sees it. */
export const consumerMatchSchema = z.object({
  businessId: businessIdSchema,
  businessName: z.string(),
  /** The name that stands in the consent and that the agent says. */
  legalName: z.string(),
  /** 0 to 100. */
  score: z.number(),
  /** The score in words, best first. */
  reasons: z.array(z.string()),
  status: matchStatusSchema,
  consent: z.object({ aiCalls: z.boolean(), recording: z.boolean() }),
});
export type ConsumerMatch = z.infer<typeof consumerMatchSchema>;

/** What classification found, by whom, and how sure it was. */
const classificationSchema = z.object({
  /** One sentence. */
  summary: z.string(),
  keywords: z.array(z.string()),
  /** What a business will have to ask. */
  openQuestions: z.array(z.string()),
  /** Who had the last word about the category. */
  classifiedBy: z.enum(["consumer", "rules", "analyst"]),
  /** 0 to 1; null unless the analyst answered. */
  confidence: z.number().nullable(),
});
export type Classification = z.infer<typeof classificationSchema>;

/** A lead as its consumer sees it. */
export const leadSchema = z.object({
  leadId: leadIdSchema,
  description: z.string(),
  category: categorySchema,
  urgency: urgencySchema,
  postalCode: z.string(),
  timeZone: z.string(),
  budgetCents: z.number().nullable(),
  status: z.enum(["open", "closed"]),
  createdAt: z.string(),
  ...classificationSchema.shape,
});
export type Lead = z.infer<typeof leadSchema>;

/** A lead in a business's inbox. The consumer's number stays masked. */
export const businessLeadSchema = z.object({
  leadId: leadIdSchema,
  consumerName: z.string(),
  consumerPhone: z.string().nullable(),
  description: z.string(),
  category: categorySchema,
  urgency: urgencySchema,
  postalCode: z.string(),
  timeZone: z.string(),
  /** What the consumer would spend; null when they did not say. */
  budgetCents: z.number().nullable(),
  score: z.number(),
  reasons: z.array(z.string()),
  matchStatus: matchStatusSchema,
  consent: z.object({ aiCalls: z.boolean(), recording: z.boolean() }),
  createdAt: z.string(),
  ...classificationSchema.shape,
});
export type BusinessLead = z.infer<typeof businessLeadSchema>;
