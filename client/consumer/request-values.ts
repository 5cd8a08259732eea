import { CONSUMER } from "#client/consumer/copy.ts";
import { categorySchema, timeZoneSchema, urgencySchema } from "#shared/lead.ts";
import { z } from "zod";

export const DESCRIPTION_MAX = 1_000;
const CENTS = 100;

/** What the form of a request holds; a category may be left to us, a budget may be left out. */
export const requestSchema = z.object({
  description: z
    .string()
    .trim()
    .min(10, CONSUMER.descriptionShort)
    .max(DESCRIPTION_MAX, CONSUMER.descriptionLong),
  category: z.union([z.literal("unsure"), categorySchema]),
  postalCode: z.string().trim().min(3, CONSUMER.postalShort).max(10, CONSUMER.postalLong),
  timeZone: timeZoneSchema,
  urgency: urgencySchema,
  /** Whole dollars. */
  budget: z
    .string()
    .trim()
    .regex(/^\d{0,6}$/, CONSUMER.budgetOdd),
});
export type RequestValues = z.infer<typeof requestSchema>;

/** The same as the server takes it. */
export function requestOf({ category, budget, ...rest }: RequestValues) {
  const budgetCents = Number(budget) * CENTS;
  return { ...rest, ...(category !== "unsure" && { category }), ...(budgetCents > 0 && { budgetCents }) };
}
