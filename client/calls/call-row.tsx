import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfSummary, statusSentence } from "#client/calls/status-sentence.ts";
import { outcomeWords } from "#client/calls/words.ts";
import { instantText, moneyText } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { Link } from "@tanstack/react-router";

type CallRowProps = { call: CallSummary; audience: "staff" | "consumer" };

/** One call of a list; the whole row opens it. */
export function CallRow({ call, audience }: CallRowProps) {
  const nowMs = useServerNowMs();
  const isStaff = audience === "staff";
  return (
    <Link
      to={isStaff ? "/calls/$callId" : "/c/$callId"}
      params={{ callId: call.callId }}
      data-row
      className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-card border border-line bg-surface px-4 py-3 hover:border-control"
    >
      <span className="flex min-w-0 flex-1 basis-64 flex-col">
        <span className="figures font-medium">
          {call.businessName}
          {isStaff && ` → ${call.consumerName} `}
          {isStaff && <span className="font-normal whitespace-nowrap text-muted">{call.consumerPhone}</span>}
        </span>
        <span className="truncate text-muted">{call.objective}</span>
      </span>
      <span className="flex flex-wrap items-center gap-2">
        <StatusChip sentence={statusSentence(factsOfSummary(call), nowMs)} />
        {call.outcome !== null && <span>{outcomeWords(call.outcome).text}</span>}
        {isStaff && call.totalCents !== null && (
          <span className="figures text-muted">{moneyText(call.totalCents)}</span>
        )}
        <time dateTime={call.requestedAt} className="text-muted">
          {instantText(call.requestedAt, nowMs)}
        </time>
      </span>
    </Link>
  );
}
