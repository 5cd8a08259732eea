import { alertSchema, serverBeatSchema } from "#shared/alerts.ts";
import { boardSchema, dialPauseSchema, queueRowSchema } from "#shared/call/summary.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { procedure } from "#shared/contract/procedure.ts";
import { z } from "zod";

export const supervisorContract = {
  board: procedure("GET", "/supervisor/board", "Live, waiting and recent calls").output(boardSchema),

  /** Everybody who waits: those due now in the order of their turns, then those with an instant. `total` counts all, also beyond `limit` of each. */
  queue: procedure("GET", "/supervisor/queue", "Calls that wait, with their places")
    .input(z.object({ limit: z.coerce.number().int().min(1).max(2_000).default(1_000) }))
    .output(
      z.object({
        at: z.string(),
        total: z.object({ due: z.number(), scheduled: z.number() }),
        calls: z.array(queueRowSchema),
      }),
    ),

  /** What is wrong, or was: those that go on first, then the newest; at most 50. And the servers, with the calls each has in hand. */
  alerts: procedure("GET", "/supervisor/alerts", "Alerts, open ones first").output(
    z.object({ alerts: z.array(alertSchema), servers: z.array(serverBeatSchema) }),
  ),

  /** Says that somebody sees to it; who was first stays. False: there is no such alert (any more). */
  acknowledgeAlert: procedure("POST", "/supervisor/alerts/{alertId}/acknowledge", "See to an alert")
    .input(z.object({ alertId: z.string().max(64) }))
    .output(z.object({ acknowledged: z.boolean() })),

  /** Nothing more is dialled by any server, for the reason that the wall then shows; live calls go on and requests are queued. Again: another reason. */
  pauseDialing: procedure("POST", "/supervisor/pause-dialing", "Pause all dialling")
    .input(z.object({ reason: z.string().trim().min(3).max(200) }))
    .output(z.object({ pause: dialPauseSchema.nullable() })),

  /** Dialling goes on. Not paused: nothing changes. */
  resumeDialing: procedure("POST", "/supervisor/resume-dialing", "Resume dialling").output(
    z.object({ pause: dialPauseSchema.nullable() }),
  ),

  /** Nobody calls this number again, whatever anybody consented to; what waits is cancelled and what runs is ended. Again: nothing more. */
  suppress: procedure("POST", "/supervisor/suppress", "Never call a number again")
    .errors({ PHONE_INVALID: ERRORS.PHONE_INVALID })
    .input(z.object({ phoneNumber: z.string().trim().min(5).max(32) }))
    .output(z.object({ suppressed: z.literal(true), callsCancelled: z.number() })),

  /** Starts one demo call between demo people; only with DEMO on (409 otherwise). It obeys every rule a real call obeys. */
  startDemoCall: procedure("POST", "/supervisor/demo-call", "Start a demo call")
    .errors({ NOT_POSSIBLE: ERRORS.NOT_POSSIBLE })
    .output(z.object({ callId: z.string() })),
};
