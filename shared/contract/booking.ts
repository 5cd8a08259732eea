import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { businessIdSchema, holdIdSchema } from "#shared/ids.ts";
import { timeZoneSchema } from "#shared/lead.ts";
import { z } from "zod";

/** Why a slot is not offered: gone by, more than 60 days away, an hour in which nobody may call there, the business is closed, or somebody else has it. */
const slotRefusalSchema = z.enum(["past", "too_far", "quiet_hours", "business_closed", "taken"]);
export type SlotRefusal = z.infer<typeof slotRefusalSchema>;

const offeredSlotsSchema = z.object({
  slots: z.array(z.object({ startsAt: z.string(), endsAt: z.string() })),
  closed: z.array(z.object({ startsAt: z.string(), reason: slotRefusalSchema })),
  /** The first slot that can be had at or after `from`, also beyond the days that were asked for. */
  nextFreeAt: z.string().nullable(),
});
export type OfferedSlots = z.infer<typeof offeredSlotsSchema>;

export const bookingContract = {
  /**
   * When a business can call me back: whole hours of its own clock in which it is open, I may be called, and it has promised nothing else. Every hour of
   * the days that were asked for is listed, offered or with the reason why not. Instants carry the offset of `timeZone`; an hour that a clock
   * change skips is missing, one that it repeats comes once.
   */
  slots: procedure("GET", "/businesses/{businessId}/slots", "When a business can call me back")
    .input(
      z.object({
        businessId: businessIdSchema,
        from: z.iso.datetime({ offset: true }),
        /** Calendar days of `timeZone`, counted from `from`. */
        days: z.coerce.number().int().min(1).max(14).default(7),
        timeZone: timeZoneSchema,
      }),
    )
    .output(offeredSlotsSchema),

  /** Keeps a slot for two minutes. One slot of a business at a time: the newest counts. The same one again gives the same hold. */
  hold: procedure("POST", "/businesses/{businessId}/holds", "Hold a slot while I decide")
    .errors({
      BAD_TIME: ERRORS.BAD_TIME,
      OUTSIDE_CALLING_HOURS: ERRORS.OUTSIDE_CALLING_HOURS,
      SLOT_NOT_FREE: ERRORS.SLOT_NOT_FREE,
    })
    .input(z.object({ businessId: businessIdSchema, startsAt: z.iso.datetime({ offset: true }) }))
    .output(z.object({ holdId: holdIdSchema, expiresAt: z.string() })),

  /** Lets a hold go. False: it was not there any more. */
  release: procedure("POST", "/holds/{holdId}/release", "Let a held slot go")
    .input(z.object({ holdId: holdIdSchema }))
    .output(z.object({ released: z.boolean() })),
};
