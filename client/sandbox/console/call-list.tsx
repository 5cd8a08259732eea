import type { CallBrief } from "#client/sandbox/console/sandbox-api.ts";
import { StatusChip } from "#client/sandbox/console/status-chip.tsx";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, spanText, timerText } from "#client/ui/format.ts";
import { EmptyState, Skeleton } from "#client/ui/states.tsx";
import { PhoneOff } from "lucide-react";

type CallListProps = {
  calls: readonly CallBrief[] | undefined;
  picked: string | null;
  pick: (sid: string) => void;
};

/** The newest fifty calls; those under way cannot be told from the others by colour alone. */
export function CallList({ calls, picked, pick }: CallListProps) {
  return (
    <section aria-label={CONSOLE.calls} className="flex flex-col gap-3">
      <div>
        <h1 className="text-h3">{CONSOLE.calls}</h1>
        <p className="text-dense text-muted">{CONSOLE.callsHint}</p>
      </div>
      {calls === undefined && <Skeleton rows={6} />}
      {calls?.length === 0 && (
        <EmptyState icon={PhoneOff} title={CONSOLE.noCalls}>
          {CONSOLE.noCallsHint}
        </EmptyState>
      )}
      {calls !== undefined && calls.length > 0 && (
        <ul className="max-h-72 divide-y divide-line overflow-y-auto rounded-card border border-line bg-surface lg:max-h-[75dvh]">
          {calls.map((call) => (
            <li key={call.sid}>
              <CallButton call={call} isPicked={call.sid === picked} pick={pick} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function CallButton(props: { call: CallBrief; isPicked: boolean; pick: (sid: string) => void }) {
  const { call, isPicked, pick } = props;
  const nowMs = useNowMs();
  return (
    <button
      type="button"
      aria-pressed={isPicked}
      onClick={() => pick(call.sid)}
      className="flex w-full flex-col gap-1 px-3 py-2 text-left hover:bg-sunken aria-pressed:bg-accent-soft"
    >
      <span className="flex items-center justify-between gap-2">
        <span className="figures font-medium">{call.to}</span>
        <StatusChip status={call.status} />
      </span>
      <span className="figures text-dense text-muted">
        {spanText(sinceMs(call.createdAt, nowMs))} ago
        {call.audioMs > 0 && `, ${timerText(call.audioMs)} of talk`}
        {call.parentSid !== null && ", second leg"}
      </span>
    </button>
  );
}
