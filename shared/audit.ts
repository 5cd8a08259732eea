import { z } from "zod";

/** What people do to calls that others must be able to look up. Extend this list; never rename. */
export const auditActSchema = z.enum([
  "listened",
  "whispered",
  "said_exactly",
  "took_over",
  "gave_back",
  "transferred",
  "hung_up",
  "cancelled",
  "noted",
  "flagged",
  "played_recording",
  "revealed_number",
  "exported",
  "paused_dialing",
  "resumed_dialing",
  "suppressed_number",
]);

export type AuditAct = z.infer<typeof auditActSchema>;

/** One act: who, when, which call. */
export const auditEntrySchema = z.object({
  auditId: z.string(),
  at: z.string(),
  act: auditActSchema,
  by: z.object({ name: z.string(), role: z.enum(["consumer", "business", "supervisor"]) }),
  /** Null when it was about no single call. */
  callId: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
