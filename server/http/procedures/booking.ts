import type { CallbackSlots } from "#server/booking/callback-slots.ts";
import { forConsumers } from "#server/http/procedures/base.ts";

/** `booking.*` */
export function createBookingProcedures(slots: Pick<CallbackSlots, "slots" | "hold" | "release">) {
  return {
    slots: forConsumers.booking.slots.handler(({ context, input }) => slots.slots(context.caller, input)),

    hold: forConsumers.booking.hold.handler(async ({ context, input }) => {
      const { holdId, expiresAt } = await slots.hold(context.caller, input.businessId, input.startsAt);
      return { holdId, expiresAt: new Date(expiresAt).toISOString() };
    }),

    release: forConsumers.booking.release.handler(async ({ context, input }) => ({
      released: await slots.release(context.caller.accountId, input.holdId),
    })),
  };
}
