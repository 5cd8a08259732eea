import { CALLS } from "#client/calls/copy.ts";
import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { CallRow } from "#client/calls/call-row.tsx";
import { Button } from "#client/ui/button.tsx";
import { EmptyState } from "#client/ui/states.tsx";
import { useRowKeys } from "#client/ui/row-keys.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { CallStatus } from "#shared/call/status.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Phone } from "lucide-react";

type CallListProps = { status?: CallStatus | undefined; audience: "staff" | "consumer"; emptyHint: string };

const REFRESH_MS = 10_000;

/** Calls, newest first, a page at a time; J and K walk through them. */
export function CallList({ status, audience, emptyHint }: CallListProps) {
  const list = useRowKeys();
  const query = useInfiniteQuery(
    rpc.call.list.infiniteOptions({
      input: (before: string | undefined) => ({
        ...(status !== undefined && { status }),
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
  if (calls.length === 0) {
    return (
      <EmptyState icon={Phone} title={status === undefined ? CALLS.listEmpty : CALLS.listEmptyState}>
        {emptyHint}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <StaleNote query={query} />
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
