import { CONSUMER } from "#client/consumer/copy.ts";
import { categorySchema, type Lead, timeZoneSchema, urgencySchema } from "#shared/lead.ts";
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

/** A request as its form holds it; a category that nobody chose may be found anew. */
export function valuesOf(lead: Lead): RequestValues {
  const { description, category, postalCode, timeZone, urgency, budgetCents, classifiedBy } = lead;
  return {
    description,
    category: classifiedBy === "consumer" ? category : "unsure",
    postalCode,
    timeZone,
    urgency,
    budget: budgetCents === null ? "" : String(Math.round(budgetCents / CENTS)),
  };
}

/** Only what was changed in the form: what is sent is taken for the person's own choice. */
export function correctionOf(lead: Lead, values: RequestValues) {
  const before = requestOf(valuesOf(lead));
  const { timeZone: _timeZone, ...after } = requestOf(values);
  const changed = <Key extends keyof typeof after>(key: Key) => after[key] !== before[key];
  return {
    ...(changed("description") && { description: after.description }),
    ...(after.category !== undefined && changed("category") && { category: after.category }),
    ...(changed("urgency") && { urgency: after.urgency }),
    ...(changed("postalCode") && { postalCode: after.postalCode }),
    // A budget can be changed but not be taken back.
    ...(after.budgetCents !== undefined && changed("budgetCents") && { budgetCents: after.budgetCents }),
  };
}
