import { auditActSchema, auditEntrySchema } from "#shared/audit.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { callIdSchema } from "#shared/ids.ts";
import { z } from "zod";

export const auditContract = {
  /**
   * Who did what, newest first: a business sees what was done about its calls and by its own people, supervisors see everything. `next` is the
   * `before` of the next page, null at the end.
   */
  list: procedure("GET", "/audit", "Who listened, steered, held, ended, exported, played")
    .input(
      z
        .object({
          callId: callIdSchema.optional(),
          act: auditActSchema.optional(),
          before: z.string().max(64).optional(),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        })
        .prefault({}),
    )
    .output(z.object({ entries: z.array(auditEntrySchema), next: z.string().nullable() })),
};
