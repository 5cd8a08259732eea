import type { Caller } from "#server/accounts/caller.ts";
import type { DialPausing } from "#server/calls/dialing/dial-pausing.ts";
import { forSupervisors } from "#server/http/procedures/base.ts";
import type { QueuePage } from "#server/calls/wall-queries.ts";
import type { ServerBeats } from "#server/insights/server-beats.ts";
import type { AlertStore } from "#server/insights/alerts/alert-store.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Board } from "#shared/call/summary.ts";

export type SupervisorProceduresParts = {
  board(): Promise<Board>;
  queue(limit: number): Promise<QueuePage>;
  beats: Pick<ServerBeats, "list">;
  alerts: Pick<AlertStore, "list" | "acknowledge">;
  pausing: Pick<DialPausing, "pause" | "resume">;
  /** @throws Failure PHONE_INVALID */
  suppress(caller: Caller, phoneNumber: string): Promise<number>;
  /** Null while DEMO is off. */
  startDemoCall: (() => Promise<{ callId: string }>) | null;
};

/** `supervisor.*` */
export function createSupervisorProcedures({
  board,
  queue,
  alerts,
  beats,
  pausing,
  suppress,
  startDemoCall,
}: SupervisorProceduresParts) {
  return {
    board: forSupervisors.supervisor.board.handler(() => board()),

    queue: forSupervisors.supervisor.queue.handler(({ input }) => queue(input.limit)),

    alerts: forSupervisors.supervisor.alerts.handler(async () => {
      const [list, servers] = await Promise.all([alerts.list(), beats.list()]);
      return { alerts: list, servers };
    }),

    acknowledgeAlert: forSupervisors.supervisor.acknowledgeAlert.handler(async ({ context, input }) => ({
      acknowledged: await alerts.acknowledge(context.caller, input.alertId),
    })),

    pauseDialing: forSupervisors.supervisor.pauseDialing.handler(({ context, input }) =>
      pausing.pause(context.caller, input.reason),
    ),

    resumeDialing: forSupervisors.supervisor.resumeDialing.handler(({ context }) =>
      pausing.resume(context.caller),
    ),

    suppress: forSupervisors.supervisor.suppress.handler(async ({ context, input }) => ({
      suppressed: true as const,
      callsCancelled: await suppress(context.caller, input.phoneNumber),
    })),

    startDemoCall: forSupervisors.supervisor.startDemoCall.handler(() => {
      if (startDemoCall === null) throw new Failure("NOT_POSSIBLE");
      return startDemoCall();
    }),
  };
}
