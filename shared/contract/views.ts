import { outcomeSchema } from "#shared/call/events.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { z } from "zod";

/** A filter of the list of calls under a name. Words that are searched for may be a name, so they are not kept. */
const savedViewSchema = z.object({
  viewId: z.string(),
  name: z.string(),
  status: callStatusSchema.optional(),
  outcome: outcomeSchema.optional(),
});
export type SavedView = z.infer<typeof savedViewSchema>;

const viewsSchema = z.object({ views: z.array(savedViewSchema) });

export const viewsContract = {
  /** Of the account that asks, oldest first. */
  list: procedure("GET", "/views", "My saved views of calls").output(viewsSchema),

  /** Another one under a name that is there takes its place. 409: twenty are there already. */
  save: procedure("POST", "/views", "Save a view of calls")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .input(savedViewSchema.omit({ viewId: true }).extend({ name: z.string().trim().min(1).max(40) }))
    .output(viewsSchema),

  /** One that is not there changes nothing. */
  remove: procedure("POST", "/views/{viewId}/removal", "Remove a saved view")
    .input(z.object({ viewId: z.string().max(80) }))
    .output(viewsSchema),
};
