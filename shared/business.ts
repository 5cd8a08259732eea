import { categorySchema, postalCodeSchema, timeZoneSchema } from "#shared/lead.ts";
import { z } from "zod";

const clockTimeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "A time like 09:00.");

/** What a usual job costs, from and to. */
const typicalPriceSchema = z
  .object({ low: z.number().int().nonnegative(), high: z.number().int().positive().max(100_000_000) })
  .refine(({ low, high }) => low <= high, { error: "The lower price comes first." });

const businessHoursSchema = z.object({ opens: clockTimeSchema, closes: clockTimeSchema });

/** What happens when an answering machine picks up: nothing is said, or a fixed message with the number to call back is left after its beep. */
const voicemailPolicySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("hang_up") }),
  z.object({ kind: z.literal("leave_message"), callbackNumber: z.string().trim().min(3).max(32) }),
]);
export type VoicemailPolicy = z.infer<typeof voicemailPolicySchema>;

export const businessProfileSchema = z.object({
  businessId: z.string(),
  name: z.string(),
  /** The name that the agent says first; the law wants the responsible entity (calling-rules, opening). */
  legalName: z.string(),
  categories: z.array(categorySchema),
  /** Areas served; a prefix such as "112" covers all codes that start with it. Empty: everywhere. */
  postalCodes: z.array(z.string()),
  timeZone: z.string(),
  hours: businessHoursSchema,
  /** Null: not told. */
  typicalPriceCents: typicalPriceSchema.nullable(),
  voice: z.string(),
  /** The number is E.164 here; any usual notation when it is saved. */
  voicemail: voicemailPolicySchema,
  /** False until the profile was saved once. */
  complete: z.boolean(),
});
export type BusinessProfile = z.infer<typeof businessProfileSchema>;

/** Voices of the real voice model that were recommended for phone calls (OpenAI Realtime). */
export const voiceSchema = z.enum(["marin", "cedar"]);

export const updateBusinessProfileSchema = z.object({
  name: z.string().trim().min(2).max(80),
  legalName: z.string().trim().min(2).max(120).optional(),
  categories: z.array(categorySchema).min(1).max(20).optional(),
  postalCodes: z.array(postalCodeSchema).max(200).optional(),
  timeZone: timeZoneSchema.optional(),
  hours: businessHoursSchema.optional(),
  typicalPriceCents: typicalPriceSchema.nullable().optional(),
  voice: voiceSchema.optional(),
  voicemail: voicemailPolicySchema.optional(),
});
export type UpdateBusinessProfile = z.infer<typeof updateBusinessProfileSchema>;
