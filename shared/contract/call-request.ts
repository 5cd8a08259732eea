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
