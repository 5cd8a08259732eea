import { BUSINESS } from "#client/business/copy.ts";
import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfSummary, statusSentence } from "#client/calls/status-sentence.ts";
import { outcomeWords } from "#client/calls/words.ts";
import { instantText } from "#client/ui/format.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

const REFRESH_MS = 10_000;
const MAX_SHOWN = 20;

/** What happened about a lead, newest first: our calls about it, and at the end how it began. */
export function LeadTimeline({ lead }: { lead: Pick<BusinessLead, "leadId" | "createdAt"> }) {
  const nowMs = useServerNowMs();
  const query = useQuery(
    rpc.call.list.queryOptions({
      input: { leadId: lead.leadId, limit: MAX_SHOWN },
      refetchInterval: REFRESH_MS,
    }),
  );
  return (
    <section aria-labelledby="timeline-title">
      <h3 id="timeline-title" className="text-body font-strong">
        {BUSINESS.timeline}
      </h3>
      {query.data === undefined && query.isError && (
        <p className="mt-1 text-bad">{problemSentence(query.error)}</p>
      )}
      <ol className="mt-2 flex flex-col gap-2">
        {query.data?.calls.map((call) => (
          <li key={call.callId}>
            <CallEntry call={call} nowMs={nowMs} />
          </li>
        ))}
        <li className="flex flex-wrap gap-x-3 px-3 text-muted">
          <time dateTime={lead.createdAt} className="w-24 shrink-0 sm:w-36">
            {instantText(lead.createdAt, nowMs)}
          </time>
          {BUSINESS.timelineAsked}
        </li>
      </ol>
    </section>
  );
}

function CallEntry({ call, nowMs }: { call: CallSummary; nowMs: number }) {
  return (
    <Link
      to="/calls/$callId"
      params={{ callId: call.callId }}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-control border border-line bg-surface px-3 py-2 hover:border-control"
    >
      <time dateTime={call.requestedAt} className="w-24 shrink-0 sm:w-36 text-muted">
        {instantText(call.requestedAt, nowMs)}
      </time>
      <StatusChip sentence={statusSentence(factsOfSummary(call), nowMs)} />
      {call.outcome !== null && <span>{outcomeWords(call.outcome).text}</span>}
      <span className="w-full truncate text-dense text-muted">{call.objective}</span>
    </Link>
  );
}
