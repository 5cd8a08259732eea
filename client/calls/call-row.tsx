import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfSummary, statusSentence } from "#client/calls/status-sentence.ts";
import { objectiveText, outcomeWords } from "#client/calls/words.ts";
import { instantText, moneyText } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { Link } from "@tanstack/react-router";

type CallRowProps = { call: CallSummary; audience: "staff" | "consumer" };

/** One call of a list; the whole row opens it. */
export function CallRow({ call, audience }: CallRowProps) {
  const nowMs = useServerNowMs();
  const isStaff = audience === "staff";
  const state = statusSentence(factsOfSummary(call), nowMs);
  const outcome = call.outcome === null ? null : outcomeWords(call.outcome).text;
  return (
    <Link
      to={isStaff ? "/calls/$callId" : "/c/$callId"}
      params={{ callId: call.callId }}
      data-row
      className="@container block rounded-card border border-line bg-surface px-4 py-3 hover:border-control"
    >
      <span className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1.5 @xl:grid-cols-[minmax(0,1fr)_auto_5.5rem]">
        <span className="col-span-2 flex min-w-0 flex-col @xl:col-span-1">
          <span className="figures font-medium">
            {call.businessName}
            {isStaff && ` → ${call.consumerName} `}
            {isStaff && (
              <span className="font-normal whitespace-nowrap text-muted">{call.consumerPhone}</span>
            )}
          </span>
          <span className="truncate text-muted">{objectiveText(call.objective, audience)}</span>
        </span>
        <span className="figures flex flex-wrap items-center gap-x-3 gap-y-1 @xl:flex-row-reverse">
          <StatusChip sentence={state} />
          {outcome !== null && outcome !== state.text && <span>{outcome}</span>}
          {isStaff && call.totalCents !== null && (
            <span className="text-muted">{moneyText(call.totalCents)}</span>
          )}
        </span>
        <time dateTime={call.requestedAt} className="figures text-right text-muted">
          {instantText(call.requestedAt, nowMs)}
        </time>
      </span>
    </Link>
  );
}
