import { CONSUMER } from "#client/consumer/copy.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { instantText } from "#client/ui/format.ts";
import { CATEGORY_WORDS } from "#client/ui/lead-words.ts";
import { Problem, Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";

/** What was asked before, each with the way to its businesses. */
export function RequestList() {
  const nowMs = useNowMs();
  const query = useQuery(rpc.lead.list.queryOptions());
  if (query.isPending) return <Skeleton rows={2} rowClass="h-16" />;
  if (query.data === undefined) return <Problem>{problemSentence(query.error)}</Problem>;
  if (query.data.leads.length === 0) return null;
  return (
    <section aria-labelledby="requests-title" className="flex flex-col gap-2">
      <h2 id="requests-title" className="text-large">
        {CONSUMER.requests}
      </h2>
      <ul className="flex flex-col gap-2">
        {query.data.leads.map((lead) => (
          <li key={lead.leadId}>
            <Link
              to="/help/matches/$leadId"
              params={{ leadId: lead.leadId }}
              className="flex min-h-16 items-center gap-3 rounded-card border border-line bg-surface px-4 py-3 hover:border-control"
            >
              <span className="min-w-0 flex-1">
                <span className="line-clamp-2 wrap-anywhere">{lead.description}</span>
                <span className="text-dense text-muted">
                  {CATEGORY_WORDS[lead.category]}, {instantText(lead.createdAt, nowMs)}
                  {lead.status === "closed" && ", closed"}
                </span>
              </span>
              <ChevronRight aria-hidden size={20} className="shrink-0 text-muted" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
