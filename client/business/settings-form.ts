import type { BusinessProfile, UpdateBusinessProfile } from "#shared/business.ts";
import { voiceSchema } from "#shared/business.ts";
import { categorySchema, timeZoneSchema } from "#shared/lead.ts";
import { z } from "zod";

const clockTime = z.string().regex(/^\d{2}:\d{2}$/, "Choose a time.");

export const settingsSchema = z
  .object({
    name: z.string().trim().min(2, "At least 2 characters.").max(80, "At most 80 characters."),
    legalName: z.string().trim().min(2, "At least 2 characters.").max(120, "At most 120 characters."),
    categories: z.array(categorySchema).min(1, "Choose at least one."),
    /** Codes or prefixes with commas or spaces between them. */
    areas: z
      .string()
      .refine((text) => areaCodes(text).every((code) => code.length >= 3 && code.length <= 10), {
        error: "Each code has 3 to 10 characters.",
      }),
    timeZone: timeZoneSchema,
    opens: clockTime,
    closes: clockTime,
    voice: voiceSchema,
  })
  .refine((form) => form.opens < form.closes, { path: ["closes"], error: "Closing comes after opening." });
export type SettingsForm = z.infer<typeof settingsSchema>;

const areaCodes = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

export function formOfProfile(profile: BusinessProfile): SettingsForm {
  const voice = voiceSchema.safeParse(profile.voice);
  return {
    name: profile.name,
    legalName: profile.legalName,
    categories: profile.categories,
    areas: profile.postalCodes.join(", "),
    timeZone: profile.timeZone,
    opens: profile.hours.opens,
    closes: profile.hours.closes,
    voice: voice.success ? voice.data : "marin",
  };
}

export function updateOfForm(form: SettingsForm): UpdateBusinessProfile {
  const { name, legalName, categories, timeZone, voice, opens, closes } = form;
  return {
    name,
    legalName,
    categories,
    timeZone,
    voice,
    postalCodes: areaCodes(form.areas),
    hours: { opens, closes },
  };
}
