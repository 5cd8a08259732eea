import type { Calls } from "#server/calls/calls.ts";
import { forSupervisors } from "#server/http/procedures/base.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Board } from "#shared/call/summary.ts";

export type SupervisorProceduresParts = {
  board(): Promise<Board>;
  calls: Pick<Calls, "pauseDialing" | "resumeDialing">;
  /** Null while DEMO is off. */
  startDemoCall: (() => Promise<{ callId: string }>) | null;
};

/** `supervisor.*` */
export function createSupervisorProcedures({ board, calls, startDemoCall }: SupervisorProceduresParts) {
  return {
    board: forSupervisors.supervisor.board.handler(() => board()),

    pauseDialing: forSupervisors.supervisor.pauseDialing.handler(({ context, input }) =>
      calls.pauseDialing(context.caller, input.reason),
    ),

    resumeDialing: forSupervisors.supervisor.resumeDialing.handler(({ context }) =>
      calls.resumeDialing(context.caller),
    ),

    startDemoCall: forSupervisors.supervisor.startDemoCall.handler(() => {
      if (startDemoCall === null) throw new Failure("NOT_POSSIBLE");
      return startDemoCall();
    }),
  };
}
