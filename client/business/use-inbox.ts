import { type InboxAddress, type OpenLead, openLead, viewOf } from "#client/business/inbox-views.ts";
import { refetchEvery } from "#client/calls/list-states.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { useLiveMarket } from "#client/wire/use-live-market.ts";
import type { InboxView } from "#shared/contract/business.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

/** For what the live link missed; news come by themselves while the page is open. What happened before, it asks for whenever it opens. */
const REFRESH_MS = 60_000;
const PAGE_LEADS = 50;

const NONE: readonly BusinessLead[] = [];

function useRows(view: InboxView) {
  return useInfiniteQuery(
    rpc.business.leads.infiniteOptions({
      input: (before: string | undefined) => ({
        view,
        limit: PAGE_LEADS,
        ...(before !== undefined && { before }),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: refetchEvery(REFRESH_MS),
      refetchOnMount: "always",
    }),
  );
}

export type Inbox = {
  view: InboxView;
  /** The view's leads, newest first, a page at a time. */
  query: ReturnType<typeof useRows>;
  rows: readonly BusinessLead[];
  counts: Record<InboxView, number> | null;
  open: OpenLead | null;
  /** It is not known yet whether the lead that the address names is there. */
  isSeeking: boolean;
};

/** The inbox as the address names it. A lead that is not among the rows is looked for among the open leads of all views. */
export function useInbox(address: InboxAddress): Inbox {
  useLiveMarket();
  const isNamed = address.lead !== undefined;
  const shown = useQuery(
    rpc.business.leads.queryOptions({
      input: {},
      enabled: isNamed,
      refetchOnMount: "always",
      refetchInterval: refetchEvery(REFRESH_MS),
    }),
  );
  const allOpen = shown.data?.leads ?? NONE;
  const view = viewOf(address, allOpen);
  const query = useRows(view);
  const rows = query.data?.pages.flatMap((page) => page.leads) ?? NONE;
  return {
    view,
    query,
    rows,
    counts: query.data?.pages.at(-1)?.counts ?? null,
    open: openLead({ ...address, view }, rows, allOpen),
    isSeeking: isNamed && (query.isPending || shown.isPending),
  };
}
