import { outcomeSchema } from "#shared/call/events.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { callIdSchema } from "#shared/ids.ts";
import { z } from "zod";

const exportFormatSchema = z.enum(["csv", "json"]);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/**
 * Bodies of `POST /api/exports/calls` and `POST /api/exports/transcript`. They answer a file that is written while it is sent, so they are no procedures;
 * they are not GET because the words that are searched for may be a name, which no address may hold.
 */
export const exportCallsSchema = z.object({
  format: exportFormatSchema,
  status: callStatusSchema.optional(),
  outcome: outcomeSchema.optional(),
  search: z.string().trim().min(1).max(80).optional(),
});
export const exportTranscriptSchema = z.object({ format: exportFormatSchema, callId: callIdSchema });
