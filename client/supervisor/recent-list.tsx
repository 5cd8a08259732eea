import { CallRow } from "#client/calls/call-row.tsx";
import { SUPERVISOR } from "#client/supervisor/copy.ts";
import type { CallSummary } from "#shared/call/summary.ts";

/** The last calls that ended. */
export function RecentList({ calls }: { calls: readonly CallSummary[] }) {
  return (
    <section aria-label={SUPERVISOR.justEnded} className="flex flex-col gap-2">
      <h2 className="text-lead font-strong">
        {SUPERVISOR.justEnded} <span className="figures font-normal text-muted">{calls.length}</span>
      </h2>
      {calls.length === 0 && <p className="text-muted">{SUPERVISOR.noneEnded}</p>}
      <ul className="flex flex-col gap-2">
        {calls.map((call) => (
          <li key={call.callId}>
            <CallRow call={call} audience="staff" />
          </li>
        ))}
      </ul>
    </section>
  );
}
