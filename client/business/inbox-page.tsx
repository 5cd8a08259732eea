import { BUSINESS } from "#client/business/copy.ts";
import { LeadDetail } from "#client/business/lead-detail.tsx";
import { LeadList } from "#client/business/lead-list.tsx";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useLiveMarket } from "#client/wire/use-live-market.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Inbox, MousePointerClick } from "lucide-react";

/** For what the live link missed; news come by themselves. */
const REFRESH_MS = 60_000;

/** Leads on the left, the open one on the right; on phones one or the other. */
export function InboxPage() {
  useLiveMarket();
  const { lead: openId } = useSearch({ from: "/signed-in/business/inbox" });
  const query = useQuery(rpc.business.leads.queryOptions({ refetchInterval: REFRESH_MS }));
  if (query.isPending) {
    return (
      <div className="p-4">
        <Skeleton rows={6} rowClass="h-16" />
      </div>
    );
  }
  if (query.data === undefined) {
    return (
      <ErrorState
        title={BUSINESS.inboxFailed}
        detail={problemSentence(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const { leads } = query.data;
  const open = leads.find((one) => one.leadId === openId);
  return (
    <div className="flex min-h-0 flex-1 lg:h-full">
      <title>{BUSINESS.inboxTitle}</title>
      <div
        className={`flex w-full flex-col gap-3 overflow-y-auto p-4 lg:w-96 lg:border-r lg:border-line ${
          open === undefined ? "" : "max-lg:hidden"
        }`}
      >
        <h1 className="text-h3">
          {BUSINESS.inbox} <span className="figures text-lead font-normal text-muted">{leads.length}</span>
        </h1>
        {leads.length === 0 ? <NoLeads /> : <LeadList leads={leads} openId={openId} />}
      </div>
      <div className={`min-w-0 flex-1 overflow-y-auto ${open === undefined ? "max-lg:hidden" : ""}`}>
        {open === undefined ? (
          <EmptyState icon={MousePointerClick} title={BUSINESS.choose}>
            {BUSINESS.chooseHint}
          </EmptyState>
        ) : (
          <LeadDetail key={open.leadId} lead={open} />
        )}
      </div>
    </div>
  );
}

function NoLeads() {
  const profile = useQuery(rpc.business.profile.queryOptions());
  if (profile.data?.complete === false) {
    return (
      <EmptyState icon={Inbox} title={BUSINESS.profileFirst}>
        Leads are matched once we know{" "}
        <Link to="/settings" className="text-accent underline underline-offset-2">
          what you offer and where
        </Link>
        .
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Inbox} title={BUSINESS.inboxEmpty}>
      We bring them here as they match.{" "}
      <Link to="/settings" className="text-accent underline underline-offset-2">
        Check what you offer and where
      </Link>
      .
    </EmptyState>
  );
}
