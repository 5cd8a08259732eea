import { forSupervisors } from "#server/http/procedures/base.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Board } from "#shared/call/summary.ts";

export type SupervisorProceduresParts = {
  board(): Promise<Board>;
  /** Null while DEMO is off. */
  startDemoCall: (() => Promise<{ callId: string }>) | null;
};

/** `supervisor.*` */
export function createSupervisorProcedures({ board, startDemoCall }: SupervisorProceduresParts) {
  return {
    board: forSupervisors.supervisor.board.handler(() => board()),

    startDemoCall: forSupervisors.supervisor.startDemoCall.handler(() => {
      if (startDemoCall === null) throw new Failure("NOT_POSSIBLE");
      return startDemoCall();
    }),
  };
}
