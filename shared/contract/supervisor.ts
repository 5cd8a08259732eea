import { boardSchema } from "#shared/call/summary.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { z } from "zod";

export const supervisorContract = {
  board: procedure("GET", "/supervisor/board", "Live, waiting and recent calls").output(boardSchema),

  /** Starts one demo call between demo people; only with DEMO on (409 otherwise). It obeys every rule a real call obeys. */
  startDemoCall: procedure("POST", "/supervisor/demo-call", "Start a demo call")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .output(z.object({ callId: z.string() })),
};
