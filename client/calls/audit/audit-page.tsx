import { ACTS, AUDIT, ROLES } from "#client/calls/audit/copy.ts";
import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { agreedTimeText } from "#client/ui/format.ts";
import { Select } from "#client/ui/select.tsx";
import { EmptyState } from "#client/ui/states.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { type AuditAct, auditActSchema, type AuditEntry } from "#shared/audit.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";

const ALL = "all";
const REFRESH_MS = 15_000;
const OPTIONS = [
  { value: ALL, label: AUDIT.all },
  ...auditActSchema.options.map((value) => ({ value, label: ACTS[value] })),
] as const;

type Filter = { callId?: string | undefined; act?: AuditAct | undefined };

/** Who listened, steered, held, ended, played and exported: a business about its own calls, supervisors about all. */
export function AuditPage() {
  const filter = useSearch({ from: "/signed-in/staff/audit" });
  const navigate = useNavigate();
  const change = (next: Filter) => void navigate({ to: "/audit", search: next, replace: true });
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-4 p-4 lg:p-6">
      <title>{AUDIT.title}</title>
      <h1 className="text-h3">{AUDIT.heading}</h1>
      <p className="text-muted">{AUDIT.lead}</p>
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-64">
          <Select
            label={AUDIT.act}
            value={filter.act ?? ALL}
            options={OPTIONS}
            onChange={(act) => change({ ...filter, act: act === ALL ? undefined : act })}
          />
        </div>
        {filter.callId !== undefined && (
          <p className="flex min-h-11 items-center gap-2 text-muted">
            {AUDIT.ofCall}
            <Button look="quiet" size="dense" onPress={() => change({ act: filter.act })}>
              {AUDIT.everything}
            </Button>
          </p>
        )}
      </div>
      <Entries filter={filter} />
    </div>
  );
}

function Entries({ filter }: { filter: Filter }) {
  const query = useInfiniteQuery(
    rpc.audit.list.infiniteOptions({
      input: (before: string | undefined) => ({ ...filter, ...(before !== undefined && { before }) }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: refetchEvery(REFRESH_MS),
    }),
  );
  if (query.data === undefined)
    return <ListMissing query={query} title={AUDIT.failed} rows={6} rowClass="h-12" />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <EmptyState icon={ScrollText} title={AUDIT.empty}>
        {AUDIT.emptyHint}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <StaleNote query={query} />
      <ul className="flex flex-col divide-y divide-line rounded-card border border-line bg-surface">
        {entries.map((entry) => (
          <EntryRow key={entry.auditId} entry={entry} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="self-center"
          isPending={query.isFetchingNextPage}
          onPress={() => void query.fetchNextPage()}
        >
          {AUDIT.older}
        </Button>
      )}
    </div>
  );
}

function EntryRow({ entry: { at, act, by, callId } }: { entry: AuditEntry }) {
  const nowMs = useNowMs();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="min-w-0 flex-1 basis-64 wrap-anywhere">
        <span className="font-medium">{by.name}</span> <span className="text-muted">({ROLES[by.role]})</span>{" "}
        {ACTS[act]}
      </span>
      <time dateTime={at} className="text-muted">
        {agreedTimeText(at, nowMs)}
      </time>
      {callId !== null && (
        <Link
          to="/calls/$callId"
          params={{ callId }}
          className="flex min-h-6 items-center text-accent underline underline-offset-2"
        >
          {AUDIT.openCall}
        </Link>
      )}
    </li>
  );
}
