import { BUSINESS } from "#client/business/copy.ts";
import type { BusinessProfile, UpdateBusinessProfile } from "#shared/business.ts";
import { voiceSchema } from "#shared/business.ts";
import { categorySchema, timeZoneSchema } from "#shared/lead.ts";
import { z } from "zod";

const clockTime = z.string().regex(/^\d{2}:\d{2}$/, BUSINESS.timeMissing);

const price = z
  .string()
  .trim()
  .regex(/^\d{0,6}$/, BUSINESS.priceWrong);

export const settingsSchema = z
  .object({
    name: z.string().trim().min(2, BUSINESS.nameShort).max(80, BUSINESS.nameLong),
    legalName: z.string().trim().min(2, BUSINESS.nameShort).max(120, BUSINESS.legalNameLong),
    categories: z.array(categorySchema).min(1, BUSINESS.categoryMissing),
    /** Codes or prefixes with commas or spaces between them. */
    areas: z
      .string()
      .refine((text) => areaCodes(text).every((code) => code.length >= 3 && code.length <= 10), {
        error: BUSINESS.areaWrong,
      }),
    timeZone: timeZoneSchema,
    opens: clockTime,
    closes: clockTime,
    /** Whole units of money; both empty: not told. */
    priceLow: price,
    priceHigh: price,
    voice: voiceSchema,
    voicemail: z.enum(["hang_up", "leave_message"]),
    /** Read by the server; only looked at when a message is left. */
    callbackNumber: z.string().trim().max(32, BUSINESS.callbackWrong),
  })
  .refine((form) => form.opens < form.closes, { path: ["closes"], error: BUSINESS.hoursWrong })
  .refine((form) => (form.priceLow === "") === (form.priceHigh === ""), {
    path: ["priceHigh"],
    error: BUSINESS.priceHalf,
  })
  .refine((form) => Number(form.priceLow) <= Number(form.priceHigh), {
    path: ["priceHigh"],
    error: BUSINESS.priceOrder,
  })
  .refine((form) => form.voicemail === "hang_up" || /\d{3}/.test(form.callbackNumber), {
    path: ["callbackNumber"],
    error: BUSINESS.callbackWrong,
  });
export type SettingsForm = z.infer<typeof settingsSchema>;

const areaCodes = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

const inUnits = (priceCents: number | undefined): string =>
  priceCents === undefined ? "" : String(Math.round(priceCents / 100));

/** A price of nothing is no price. */
const typicalPriceCents = ({
  priceLow,
  priceHigh,
}: SettingsForm): UpdateBusinessProfile["typicalPriceCents"] =>
  Number(priceHigh) === 0 ? null : { low: Number(priceLow) * 100, high: Number(priceHigh) * 100 };

export function formOfProfile(profile: BusinessProfile): SettingsForm {
  const voice = voiceSchema.safeParse(profile.voice);
  const { voicemail } = profile;
  return {
    name: profile.name,
    legalName: profile.legalName,
    categories: profile.categories,
    areas: profile.postalCodes.join(", "),
    timeZone: profile.timeZone,
    opens: profile.hours.opens,
    closes: profile.hours.closes,
    priceLow: inUnits(profile.typicalPriceCents?.low),
    priceHigh: inUnits(profile.typicalPriceCents?.high),
    voice: voice.success ? voice.data : "marin",
    voicemail: voicemail.kind,
    callbackNumber: voicemail.kind === "leave_message" ? voicemail.callbackNumber : "",
  };
}

export function updateOfForm(form: SettingsForm): UpdateBusinessProfile {
  const { name, legalName, categories, timeZone, voice, opens, closes, callbackNumber } = form;
  return {
    name,
    legalName,
    categories,
    timeZone,
    voice,
    postalCodes: areaCodes(form.areas),
    hours: { opens, closes },
    typicalPriceCents: typicalPriceCents(form),
    voicemail: form.voicemail === "hang_up" ? { kind: "hang_up" } : { kind: "leave_message", callbackNumber },
  };
}
