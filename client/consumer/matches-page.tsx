import { CONSUMER } from "#client/consumer/copy.ts";
import { MatchCard } from "#client/consumer/match-card.tsx";
import { MyRequest } from "#client/consumer/my-request.tsx";
import { countText } from "#client/ui/format.ts";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useLiveMarket } from "#client/wire/use-live-market.ts";
import type { ConsumerMatch } from "#shared/lead.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Search } from "lucide-react";

/** For what the live link missed; interest comes in by itself while the page is open. */
const REFRESH_MS = 60_000;

/** The businesses that fit one request, and what each of them may do. */
export function MatchesPage() {
  useLiveMarket();
  const { leadId } = useParams({ from: "/signed-in/consumer/help/matches/$leadId" });
  const query = useQuery(rpc.lead.matches.queryOptions({ input: { leadId }, refetchInterval: REFRESH_MS }));
  const lead = useQuery(rpc.lead.get.queryOptions({ input: { leadId } })).data;
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 p-4 text-lead sm:py-8">
      <title>{CONSUMER.matchesTitle}</title>
      <Link to="/help" className="flex min-h-11 items-center gap-1 self-start text-accent">
        <ArrowLeft aria-hidden size={18} />
        {CONSUMER.requests}
      </Link>
      {lead !== undefined && <MyRequest lead={lead} />}
      {query.isPending && <Skeleton rows={3} rowClass="h-48" />}
      {query.data === undefined && query.isError && (
        <ErrorState
          title={CONSUMER.matchesFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && (
        <>
          <h2 className="text-h3">
            {countText(query.data.matches.length, "business", "businesses")} can help
          </h2>
          {query.data.matches.length === 0 ? (
            <EmptyState icon={Search} title={CONSUMER.matchesEmpty}>
              {CONSUMER.matchesEmptyHint}
            </EmptyState>
          ) : (
            <p className="text-muted">{CONSUMER.matchesHint}</p>
          )}
          <ul className="flex flex-col gap-4">
            {interestedFirst(query.data.matches).map((match) => (
              <li key={match.businessId}>
                <MatchCard leadId={leadId} match={match} isOpen={lead?.status !== "closed"} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Those that can call now come first; else the best fit. */
function interestedFirst(matches: readonly ConsumerMatch[]): ConsumerMatch[] {
  const rank = (match: ConsumerMatch) => (match.status === "interested" ? 0 : 1);
  return matches.toSorted((one, other) => rank(one) - rank(other));
}
