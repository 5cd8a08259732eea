import { draftSchema } from "#shared/call/events.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { z } from "zod";

/** One row of a call list or one tile of the board: enough to recognise a call and to judge whether it needs somebody. */
export const callSummarySchema = z.object({
  callId: z.string(),
  seq: z.number(),
  status: callStatusSchema,
  businessName: z.string(),
  consumerName: z.string(),
  consumerPhone: z.string(),
  objective: z.string(),
  attemptNumber: z.number(),
  requestedAt: z.string(),
  scheduledFor: z.string().nullable(),
  answeredAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  outcome: z.string().nullable(),
  /** The last finished line of the transcript. */
  lastLine: z.object({ speaker: draftSchema.shape.speaker, text: z.string() }).nullable(),
  /** Why somebody should look at it: the newest flag. */
  lastFlag: z.string().nullable().default(null),
  lastLatencyMs: z.number().nullable(),
  totalCents: z.number().nullable(),
});
export type CallSummary = z.infer<typeof callSummarySchema>;

/** A supervisor stopped all dialling. */
export const dialPauseSchema = z.object({
  reason: z.string(),
  /** Name of the supervisor. */
  by: z.string(),
  at: z.string(),
});
export type DialPause = z.infer<typeof dialPauseSchema>;

/** What the supervisor's board shows: live calls, those that wait in order, and the last that ended. */
export const boardSchema = z.object({
  /** When the server made it. */
  at: z.string(),
  live: z.array(callSummarySchema),
  waiting: z.array(callSummarySchema),
  recent: z.array(callSummarySchema),
  /** Null while dialling is free. */
  pause: dialPauseSchema.nullable().default(null),
  demo: z.object({ enabled: z.boolean() }),
});
export type Board = z.infer<typeof boardSchema>;
