import { BackToLeads } from "#client/business/back-to-leads.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { type InboxContent, inboxContent, type InboxView } from "#client/business/inbox-views.ts";
import { LeadDetail } from "#client/business/lead-detail.tsx";
import { LeadList } from "#client/business/lead-list.tsx";
import { NoLeads } from "#client/business/no-leads.tsx";
import { ViewNav } from "#client/business/view-nav.tsx";
import { VIEW_WORDS } from "#client/business/words.ts";
import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { EmptyState, Skeleton } from "#client/ui/states.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { useLiveMarket } from "#client/wire/use-live-market.ts";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Inbox, MousePointerClick } from "lucide-react";
import { useState } from "react";

/** For what the live link missed; news come by themselves. */
const REFRESH_MS = 60_000;
const KEYS = [
  { keys: "J  K", does: BUSINESS.keyRows },
  { keys: "Enter", does: BUSINESS.keyEnter },
  { keys: "C", does: BUSINESS.keyCall },
  { keys: "G C", does: BUSINESS.keyCalls },
  { keys: "?", does: BUSINESS.keyHelp },
];

/** Views, the leads of one, and the open lead: three columns, two on a smaller screen, one at a time on phones. */
export function InboxPage() {
  useLiveMarket();
  const address = useSearch({ from: "/signed-in/business/inbox" });
  const query = useQuery(rpc.business.leads.queryOptions({ refetchInterval: refetchEvery(REFRESH_MS) }));
  const [entered, setEntered] = useState<{ leadId: string } | null>(null);
  const content = query.data === undefined ? null : inboxContent(query.data.leads, address);
  const view = content?.view ?? address.view ?? "new";
  const onPhoneHidden = address.lead === undefined ? "" : "max-lg:hidden";
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:grid lg:h-full lg:grid-cols-[24rem_1fr] lg:grid-rows-[auto_1fr] xl:grid-cols-[13rem_24rem_1fr] xl:grid-rows-1">
      <title>{BUSINESS.inboxTitle}</title>
      <div className={`lg:border-r lg:border-line xl:bg-surface ${onPhoneHidden}`}>
        <ViewNav view={view} counts={content?.counts ?? null} />
      </div>
      <section
        aria-label={BUSINESS.leads}
        className={`flex min-h-0 flex-col gap-3 p-4 lg:overflow-y-auto lg:border-r lg:border-line ${onPhoneHidden}`}
      >
        <ListHeader view={view} count={content?.counts[view] ?? null} />
        <StaleNote query={query} />
        {content === null ? (
          <ListMissing query={query} title={BUSINESS.inboxFailed} rows={6} rowClass="h-16" />
        ) : (
          <Rows content={content} onEnter={(leadId) => setEntered({ leadId })} />
        )}
      </section>
      <div
        className={`min-h-0 min-w-0 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:overflow-y-auto xl:col-start-3 xl:row-span-1 ${
          address.lead === undefined ? "max-lg:hidden" : ""
        }`}
      >
        <OpenLead content={content} query={query} isNamed={address.lead !== undefined} entered={entered} />
      </div>
    </div>
  );
}

function ListHeader({ view, count }: { view: InboxView; count: number | null }) {
  return (
    <div className="flex items-center justify-between gap-2">
      <h1 className="text-h3">
        <span className="sr-only">{BUSINESS.inbox}: </span>
        {VIEW_WORDS[view]} <span className="figures text-lead font-normal text-muted">{count}</span>
      </h1>
      <KeyboardHelp rows={KEYS} />
    </div>
  );
}

function Rows({ content, onEnter }: { content: InboxContent; onEnter: (leadId: string) => void }) {
  const { view, shown, open } = content;
  if (shown.length === 0) return <NoLeads view={view} />;
  return <LeadList view={view} leads={shown} openId={open?.leadId} onEnter={onEnter} />;
}

type OpenLeadProps = {
  content: InboxContent | null;
  query: Pick<UseQueryResult, "isPending" | "error" | "errorUpdatedAt" | "isFetching" | "refetch">;
  isNamed: boolean;
  entered: { leadId: string } | null;
};

function OpenLead({ content, query, isNamed, entered }: OpenLeadProps) {
  if (content === null) return isNamed ? <LeadMissing query={query} /> : null;
  if (content.open !== null) {
    return <LeadDetail key={content.open.leadId} lead={content.open} view={content.view} entered={entered} />;
  }
  if (!isNamed) {
    return (
      <EmptyState icon={MousePointerClick} title={BUSINESS.choose}>
        {BUSINESS.chooseHint}
      </EmptyState>
    );
  }
  return (
    <div className="p-4">
      <BackToLeads view={content.view} />
      <EmptyState icon={Inbox} title={BUSINESS.leadGone}>
        {BUSINESS.leadGoneHint}
      </EmptyState>
    </div>
  );
}

/** On a wide screen the list beside it tells what is wrong. */
function LeadMissing({ query }: Pick<OpenLeadProps, "query">) {
  return (
    <div className="p-4">
      <div className="lg:hidden">
        <ListMissing query={query} title={BUSINESS.inboxFailed} rows={6} />
      </div>
      <div className="max-lg:hidden">{query.isPending && <Skeleton rows={6} />}</div>
    </div>
  );
}
