import { BackToLeads } from "#client/business/back-to-leads.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { countOfView } from "#client/business/inbox-views.ts";
import { LeadDetail } from "#client/business/lead-detail.tsx";
import { LeadList } from "#client/business/lead-list.tsx";
import { NoLeads } from "#client/business/no-leads.tsx";
import { type Inbox, useInbox } from "#client/business/use-inbox.ts";
import { ViewNav } from "#client/business/view-nav.tsx";
import { VIEW_WORDS } from "#client/business/words.ts";
import { ListMissing, StaleNote } from "#client/calls/list-states.tsx";
import { Button } from "#client/ui/button.tsx";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { EmptyState, Skeleton } from "#client/ui/states.tsx";
import { useSearch } from "@tanstack/react-router";
import { Inbox as InboxIcon, MousePointerClick } from "lucide-react";
import { useState } from "react";

const KEYS = [
  { keys: "J  K", does: BUSINESS.keyRows },
  { keys: "Enter", does: BUSINESS.keyEnter },
  { keys: "C", does: BUSINESS.keyCall },
  { keys: "G C", does: BUSINESS.keyCalls },
  { keys: "?", does: BUSINESS.keyHelp },
];

/** Views, the leads of one, and the open lead: three columns, two on a smaller screen, one at a time on phones. */
export function InboxPage() {
  const address = useSearch({ from: "/signed-in/business/inbox" });
  const inbox = useInbox(address);
  const [entered, setEntered] = useState<{ leadId: string } | null>(null);
  const isNamed = address.lead !== undefined;
  const onPhoneHidden = isNamed ? "max-lg:hidden" : "";
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:grid lg:h-full lg:grid-cols-[24rem_1fr] lg:grid-rows-[auto_1fr] xl:grid-cols-[13rem_24rem_1fr] xl:grid-rows-1">
      <title>{BUSINESS.inboxTitle}</title>
      <div className={`lg:border-r lg:border-line xl:bg-surface ${onPhoneHidden}`}>
        <ViewNav view={inbox.view} counts={inbox.counts} />
      </div>
      <section
        aria-label={BUSINESS.leads}
        className={`flex min-h-0 flex-col gap-3 p-4 lg:overflow-y-auto lg:border-r lg:border-line ${onPhoneHidden}`}
      >
        <ListHeader inbox={inbox} />
        <StaleNote query={inbox.query} />
        <Rows inbox={inbox} onEnter={(leadId) => setEntered({ leadId })} />
      </section>
      <div
        className={`min-h-0 min-w-0 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:overflow-y-auto xl:col-start-3 xl:row-span-1 ${
          isNamed ? "" : "max-lg:hidden"
        }`}
      >
        <Opened inbox={inbox} isNamed={isNamed} entered={entered} />
      </div>
    </div>
  );
}

function ListHeader({ inbox: { view, counts } }: { inbox: Inbox }) {
  return (
    <div className="flex items-center justify-between gap-2">
      <h1 className="text-h3">
        <span className="sr-only">{BUSINESS.inbox}: </span>
        {VIEW_WORDS[view]}{" "}
        <span className="figures text-lead font-normal text-muted">
          {counts !== null && countOfView(counts[view])}
        </span>
      </h1>
      <KeyboardHelp rows={KEYS} />
    </div>
  );
}

function Rows({ inbox, onEnter }: { inbox: Inbox; onEnter: (leadId: string) => void }) {
  const { view, query, rows, open } = inbox;
  if (query.data === undefined) {
    return <ListMissing query={query} title={BUSINESS.inboxFailed} rows={6} rowClass="h-16" />;
  }
  if (rows.length === 0) return <NoLeads view={view} />;
  return (
    <>
      <LeadList view={view} leads={rows} openId={open?.lead.leadId} onEnter={onEnter} />
      {query.hasNextPage && (
        <Button
          className="shrink-0 self-center"
          isPending={query.isFetchingNextPage}
          onPress={() => void query.fetchNextPage()}
        >
          {BUSINESS.olderLeads}
        </Button>
      )}
    </>
  );
}

type OpenedProps = { inbox: Inbox; isNamed: boolean; entered: { leadId: string } | null };

function Opened({ inbox, isNamed, entered }: OpenedProps) {
  const { view, query, open, isSeeking } = inbox;
  if (open !== null) {
    return <LeadDetail key={open.lead.leadId} open={open} view={view} entered={entered} />;
  }
  if (isSeeking) {
    return (
      <div className="p-4">
        <Skeleton rows={6} />
      </div>
    );
  }
  if (query.data === undefined) return isNamed ? <LeadMissing inbox={inbox} /> : null;
  if (!isNamed) {
    return (
      <EmptyState icon={MousePointerClick} title={BUSINESS.choose}>
        {BUSINESS.chooseHint}
      </EmptyState>
    );
  }
  return (
    <div className="p-4">
      <BackToLeads view={view} />
      <EmptyState icon={InboxIcon} title={BUSINESS.leadGone}>
        {BUSINESS.leadGoneHint}
      </EmptyState>
    </div>
  );
}

/** On a wide screen the list beside it tells what is wrong. */
function LeadMissing({ inbox: { query } }: { inbox: Inbox }) {
  return (
    <div className="p-4 lg:hidden">
      <ListMissing query={query} title={BUSINESS.inboxFailed} rows={6} />
    </div>
  );
}
