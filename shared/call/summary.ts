import { draftSchema } from "#shared/call/events.ts";
import { helpSignalsSchema, NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { z } from "zod";

/** One row of a call list or one tile of the board: enough to recognise a call and to judge whether it needs somebody. */
export const callSummarySchema = z.object({
  callId: z.string(),
  seq: z.number(),
  status: callStatusSchema,
  /** Empty in rows of before. */
  businessId: z.string().default(""),
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
  /** What tells whether it needs somebody (shared/call/help-need.ts). */
  signals: helpSignalsSchema.default(NO_HELP_SIGNALS),
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

/** The calls of this day (UTC) so far, and what they cost with those under way. */
const daySoFarSchema = z.object({
  /** When the day began. */
  since: z.string(),
  /** That are over. */
  calls: z.number(),
  /** In which somebody was talked to. */
  reached: z.number(),
  /** That count for the share that was reached: without those cancelled before anybody was. */
  tried: z.number(),
  /** Cents with fractions; an estimate where the carrier's price is not known yet. */
  spentCents: z.number(),
});
export type DaySoFar = z.infer<typeof daySoFarSchema>;

/** What the supervisor's board shows: live calls, those that wait in order, and the last that ended. */
export const boardSchema = z.object({
  /** When the server made it. */
  at: z.string(),
  /** Those that need somebody most first. */
  live: z.array(callSummarySchema),
  waiting: z.array(callSummarySchema),
  recent: z.array(callSummarySchema),
  /** Null while dialling is free. */
  pause: dialPauseSchema.nullable().default(null),
  demo: z.object({ enabled: z.boolean() }),
  /** A talk may last this long. */
  timeLimitMs: z.number().default(900_000),
  /** Calls that are due and wait for a line; the board may list fewer. */
  queue: z
    .object({ count: z.number(), oldestAt: z.string().nullable() })
    .default({ count: 0, oldestAt: null }),
  /** Null: not known right now. */
  today: daySoFarSchema.nullable().default(null),
});
export type Board = z.infer<typeof boardSchema>;

/** One call that waits: due now with its place in the line, or for an instant. */
export const queueRowSchema = z.object({
  callId: z.string(),
  status: callStatusSchema,
  /** From 1; null while it waits for an instant. */
  position: z.number().nullable(),
  /** Since when it is in line. */
  queuedAt: z.string().nullable(),
  scheduledFor: z.string().nullable(),
  businessId: z.string(),
  businessName: z.string(),
  consumerName: z.string(),
  /** Masked. */
  consumerPhone: z.string(),
  /** Attempts made so far. */
  attemptNumber: z.number(),
});
export type QueueRow = z.infer<typeof queueRowSchema>;
