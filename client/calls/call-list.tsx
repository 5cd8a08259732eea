import { CALLS } from "#client/calls/copy.ts";
import type { CallFilter } from "#client/calls/call-filters.tsx";
import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { CallRow } from "#client/calls/call-row.tsx";
import { Button } from "#client/ui/button.tsx";
import { EmptyState } from "#client/ui/states.tsx";
import { useRowKeys } from "#client/ui/row-keys.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Phone } from "lucide-react";

type CallListProps = { filter?: CallFilter; audience: "staff" | "consumer"; emptyHint: string };

const REFRESH_MS = 10_000;

/** Calls, newest first, a page at a time; J and K walk through them. */
export function CallList({ filter = {}, audience, emptyHint }: CallListProps) {
  const list = useRowKeys();
  const query = useInfiniteQuery(
    rpc.call.list.infiniteOptions({
      input: (before: string | undefined) => ({
        ...filter,
        ...(before !== undefined && { before }),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: refetchEvery(REFRESH_MS),
    }),
  );
  if (query.data === undefined) {
    return <ListMissing query={query} title={CALLS.listFailed} rows={6} rowClass="h-16" />;
  }
  const calls = query.data.pages.flatMap((page) => page.calls);
  if (calls.length === 0 && !query.hasNextPage) {
    const isFiltered = Object.values(filter).some((value) => value !== undefined);
    return (
      <EmptyState icon={Phone} title={isFiltered ? CALLS.listEmptyFilter : CALLS.listEmpty}>
        {isFiltered ? CALLS.listEmptyFilterHint : emptyHint}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <StaleNote query={query} />
      {calls.length === 0 && <p className="py-6 text-center text-muted">{CALLS.notAmongNewest}</p>}
      <ul ref={list} className="flex flex-col gap-2">
        {calls.map((call) => (
          <li key={call.callId}>
            <CallRow call={call} audience={audience} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="self-center"
          isPending={query.isFetchingNextPage}
          onPress={() => void query.fetchNextPage()}
        >
          {CALLS.older}
        </Button>
      )}
    </div>
  );
}
