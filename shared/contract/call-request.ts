import { z } from "zod";

/** Answer of every request for a call. These names are snake_case for compatibility (DESIGN §4). */
export const callRequestReplySchema = z.object({
  success: z.literal(true),
  call_id: z.string(),
  /** A sentence for a person. */
  message: z.string(),
  queued_at: z.string(),
  /** Counts from 1; null when scheduled. */
  queue_position: z.number().int().positive().nullable(),
  estimated_wait_seconds: z.number().int().nonnegative(),
  /** Null when the call is due now. */
  scheduled_for: z.string().nullable(),
});
export type CallRequestReply = z.infer<typeof callRequestReplySchema>;

/** Where a call stands in the queue. */
export const callPlaceSchema = z.object({
  /** Counts from 1; null when the call waits for an instant, is on the phone, or is over. */
  queuePosition: z.number().int().positive().nullable(),
  /** Until it is dialled, from the pace of dialling, the free lines and the length of the calls seen lately. 0 when it waits no more. */
  estimatedWaitSeconds: z.number().int().nonnegative(),
  /** Nothing is dialled at the moment, and nobody knows until when: the estimate counts from when it goes on. */
  dialingPaused: z.boolean(),
  /** The server's clock when this was so. */
  at: z.string(),
  /** The number of ours that the person's phone shows, E.164. */
  fromNumber: z.string(),
});
export type CallPlace = z.infer<typeof callPlaceSchema>;

/** How many calls a business may still ask for within the sliding hour, and what one costs. */
export const requestQuotaSchema = z.object({
  limit: z.number().int(),
  left: z.number().int().nonnegative(),
  /** When there is a place again; null while there is one. */
  nextFreeAt: z.string().nullable(),
  /** Between which whole cents eight of ten calls cost lately; before any was seen, the list price of one to three minutes. */
  estimatedCostCents: z.object({ low: z.number().int(), high: z.number().int() }),
});
export type RequestQuota = z.infer<typeof requestQuotaSchema>;

/** When the person of a lead may be called, by the hour alone. */
export const callingHoursSchema = z.object({
  allowedNow: z.boolean(),
  /** The first allowed instant, now included; null when the rules leave none. */
  allowedFrom: z.string().nullable(),
});
export type CallingHours = z.infer<typeof callingHoursSchema>;
