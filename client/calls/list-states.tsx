import { CALLS } from "#client/calls/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { spanText } from "#client/ui/format.ts";
import { Skeleton } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import type { UseQueryResult } from "@tanstack/react-query";
import { CircleAlert, History } from "lucide-react";

/** A list that failed is asked for again after so long. */
const RETRY_MS = 5_000;

type Failing = Pick<UseQueryResult, "isPending" | "error" | "errorUpdatedAt" | "isFetching" | "refetch">;

/** For `refetchInterval`: every `ms`, and sooner after a failure. */
export const refetchEvery =
  (ms: number) =>
  ({ state }: { state: { status: string } }): number =>
    state.status === "error" ? RETRY_MS : ms;

type ListMissingProps = { query: Failing; title: string; rows: number; rowClass?: string };

/** In place of a list that is not there: grey rows, or what failed, when it is tried again, and a button that does not wait. */
export function ListMissing({ query, title, rows, rowClass = "h-12" }: ListMissingProps) {
  const nowMs = useNowMs();
  if (query.isPending) return <Skeleton rows={rows} rowClass={rowClass} />;
  // The page's clock moves once a second, so it may be behind the failure.
  const waitMs = Math.min(RETRY_MS, Math.max(0, query.errorUpdatedAt + RETRY_MS - nowMs));
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <CircleAlert aria-hidden size={24} className="text-bad" />
      <div role="alert">
        <p className="text-lead font-medium">{title}</p>
        <p className="max-w-[52ch] text-muted">{problemSentence(query.error)}</p>
      </div>
      <p aria-hidden className="figures text-muted">
        {query.isFetching || waitMs === 0
          ? CALLS.tryingAgain
          : `Trying again in ${Math.ceil(waitMs / 1_000)} s.`}
      </p>
      <Button isPending={query.isFetching} onPress={() => void query.refetch()} className="mt-2">
        {CALLS.retry}
      </Button>
    </div>
  );
}

type StaleNoteProps = { query: Pick<UseQueryResult, "data" | "isError" | "dataUpdatedAt"> };

/** Above a list that is shown but could not be refreshed: how old it is. */
export function StaleNote({ query }: StaleNoteProps) {
  const nowMs = useNowMs();
  if (query.data === undefined || !query.isError) return null;
  return (
    <p className="figures flex items-center gap-2 rounded-control bg-wait-soft px-3 py-2 text-dense text-wait">
      <History aria-hidden size={14} className="shrink-0" />
      Last refreshed {spanText(nowMs - query.dataUpdatedAt)} ago. What you see may be old.
    </p>
  );
}
