import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { CallEndButton, useCallEnding } from "#client/calls/call-actions.tsx";
import { CallRow } from "#client/calls/call-row.tsx";
import { instantText } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Calls that wait: those due now in their order, then those with a time. */
export function WaitingList({ calls }: { calls: readonly CallSummary[] }) {
  const due = calls.filter((call) => call.scheduledFor === null);
  const booked = calls.filter((call) => call.scheduledFor !== null);
  return (
    <Panel title={SUPERVISOR.waiting} count={calls.length}>
      {calls.length === 0 && <p className="text-muted">{SUPERVISOR.nobodyWaits}</p>}
      <ol className="flex flex-col divide-y divide-line">
        {due.map((call, index) => (
          <WaitingRow key={call.callId} call={call} place={`${index + 1}`} />
        ))}
        {booked.map((call) => (
          <WaitingRow key={call.callId} call={call} place={null} />
        ))}
      </ol>
    </Panel>
  );
}

function WaitingRow({ call, place }: { call: CallSummary; place: string | null }) {
  const nowMs = useServerNowMs();
  const ending = useCallEnding(call.callId, call.status);
  return (
    <li className="flex items-center gap-3 py-2">
      <span className="figures w-6 shrink-0 text-center font-medium">
        {place === null ? <span aria-hidden>◷</span> : place}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <Link
          to="/calls/$callId"
          params={{ callId: call.callId }}
          className="truncate font-medium hover:underline"
        >
          {call.businessName} → {call.consumerName}
        </Link>
        <span className="figures text-dense text-muted">
          {call.scheduledFor === null
            ? SUPERVISOR.dueNow
            : `${call.attemptNumber > 0 ? SUPERVISOR.triesAgain : SUPERVISOR.calls} at ${instantText(call.scheduledFor, nowMs)}`}
        </span>
      </span>
      <CallEndButton ending={ending} status={call.status} size="dense" />
    </li>
  );
}

/** The last calls that ended. */
export function RecentList({ calls }: { calls: readonly CallSummary[] }) {
  return (
    <Panel title={SUPERVISOR.justEnded} count={calls.length}>
      {calls.length === 0 && <p className="text-muted">{SUPERVISOR.noneEnded}</p>}
      <ul className="flex flex-col gap-2">
        {calls.map((call) => (
          <li key={call.callId}>
            <CallRow call={call} audience="staff" />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Panel({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <h2 className="text-lead font-strong">
        {title} <span className="figures font-normal text-muted">{count}</span>
      </h2>
      {children}
    </section>
  );
}
