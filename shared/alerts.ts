import { z } from "zod";

/** What supervisors are warned of; the limits are in server/insights/SPEC.md. Extend this list; never rename. */
const alertRuleSchema = z.enum(["queue_deep", "calls_fail", "api_slow", "job_failed", "first_word_slow"]);
export type AlertRule = z.infer<typeof alertRuleSchema>;

export const alertSchema = z.object({
  alertId: z.string(),
  rule: alertRuleSchema,
  /** A sentence with the figures as they were last seen; names nobody. */
  detail: z.string(),
  raisedAt: z.string(),
  /** Null while it goes on. */
  resolvedAt: z.string().nullable(),
  /** Who has seen to it. */
  acknowledged: z.object({ by: z.string(), at: z.string() }).nullable(),
});
export type Alert = z.infer<typeof alertSchema>;

/** One server of the installation, as it last told. */
export const serverBeatSchema = z.object({
  serverId: z.string(),
  startedAt: z.string(),
  beatAt: z.string(),
  /** Calls that it has in hand. */
  liveCalls: z.number(),
  /** It has told nothing for longer than it should. */
  isSilent: z.boolean(),
});
export type ServerBeat = z.infer<typeof serverBeatSchema>;
