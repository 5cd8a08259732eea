import { CALLS } from "#client/calls/copy.ts";
import { CallRow } from "#client/calls/call-row.tsx";
import { Button } from "#client/ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { CallStatus } from "#shared/call/status.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Phone } from "lucide-react";

type CallListProps = { status?: CallStatus | undefined; audience: "staff" | "consumer"; emptyHint: string };

const REFRESH_MS = 10_000;

/** Calls, newest first, a page at a time. */
export function CallList({ status, audience, emptyHint }: CallListProps) {
  const query = useInfiniteQuery(
    rpc.call.list.infiniteOptions({
      input: (before: string | undefined) => ({
        ...(status !== undefined && { status }),
        ...(before !== undefined && { before }),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: REFRESH_MS,
    }),
  );
  if (query.isPending) return <Skeleton rows={6} rowClass="h-16" />;
  if (query.isError && query.data === undefined) {
    return (
      <ErrorState
        title={CALLS.listFailed}
        detail={problemSentence(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
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
      <ul className="flex flex-col gap-2">
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
