import { ListMissing, refetchEvery, StaleNote } from "#client/calls/list-states.tsx";
import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { SelectBox } from "#client/supervisor/select-box.tsx";
import type { Selection } from "#client/supervisor/use-selection.ts";
import { instantText, sinceMs, timerText } from "#client/ui/format.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { QueueRow } from "#shared/call/summary.ts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock } from "lucide-react";
import type { CSSProperties, KeyboardEvent, ReactNode, Ref } from "react";
import { type ItemProps, Virtuoso } from "react-virtuoso";

const REFRESH_MS = 2_000;
const MOST = 1_000;
const ROW_PX = 52;
const MAX_HEIGHT_PX = 416;

type QueuePanelProps = {
  /** Only calls of this business; undefined: of all. */
  businessId: string | undefined;
  selection: Selection;
  /** The server's clock at which the wall stands still; null: it runs. */
  frozenAtMs: number | null;
};

/** Everybody who waits: who is due with place and waiting time, then what is planned. Only the rows in view are drawn. */
export function QueuePanel({ businessId, selection, frozenAtMs }: QueuePanelProps) {
  const query = useQuery(
    rpc.supervisor.queue.queryOptions({
      input: { limit: MOST },
      refetchInterval: frozenAtMs === null ? refetchEvery(REFRESH_MS) : false,
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <section aria-label={SUPERVISOR.waiting} className="flex flex-col gap-2">
      <h2 className="text-lead font-strong">
        {SUPERVISOR.waiting}{" "}
        <span className="figures font-normal text-muted">
          {query.data === undefined ? "" : query.data.total.due + query.data.total.scheduled}
        </span>
      </h2>
      {query.data === undefined ? (
        <ListMissing query={query} title={SUPERVISOR.queueFailed} rows={3} rowClass="h-12" />
      ) : (
        <>
          <StaleNote query={query} />
          <Rows
            calls={query.data.calls.filter(
              (call) => businessId === undefined || call.businessId === businessId,
            )}
            hidden={query.data.total.due + query.data.total.scheduled - query.data.calls.length}
            selection={selection}
            frozenAtMs={frozenAtMs}
          />
        </>
      )}
    </section>
  );
}

type RowsProps = Pick<QueuePanelProps, "selection" | "frozenAtMs"> & {
  calls: readonly QueueRow[];
  /** Wait, too, and are not listed. */
  hidden: number;
};

function Rows({ calls, hidden, selection, frozenAtMs }: RowsProps) {
  if (calls.length === 0) return <p className="text-muted">{SUPERVISOR.nobodyWaits}</p>;
  const ids = calls.map((call) => call.callId);
  return (
    <>
      <label className="flex min-h-8 items-center gap-2 text-dense text-muted">
        <input
          type="checkbox"
          checked={ids.every((callId) => selection.ids.has(callId))}
          onChange={() => selection.toggleAll(ids)}
          className="size-5 accent-accent"
        />
        {SUPERVISOR.selectAll}
      </label>
      <Virtuoso
        onKeyDown={moveInQueue}
        components={PARTS}
        data-testid="queue"
        style={{ height: Math.min(MAX_HEIGHT_PX, calls.length * ROW_PX) }}
        fixedItemHeight={ROW_PX}
        increaseViewportBy={ROW_PX * 4}
        data={calls}
        computeItemKey={(_index, call) => call.callId}
        itemContent={(_index, call) => (
          <WaitingRow
            call={call}
            isSelected={selection.ids.has(call.callId)}
            onToggle={selection.toggle}
            frozenAtMs={frozenAtMs}
          />
        )}
      />
      {hidden > 0 && <p className="figures text-dense text-muted">{hidden} more wait and are not listed.</p>}
    </>
  );
}

/** The library draws divs; these are a list. */
const PARTS = {
  List: ({
    children,
    style,
    ref,
  }: {
    children?: ReactNode;
    style?: CSSProperties | undefined;
    ref?: Ref<HTMLDivElement> | undefined;
  }) => (
    <div ref={ref} style={style ?? {}}>
      <ol aria-label={SUPERVISOR.waiting}>{children}</ol>
    </div>
  ),
  Item: ({ children, ...rest }: ItemProps<QueueRow>) => (
    <li data-index={rest["data-index"]} data-known-size={rest["data-known-size"]} style={rest.style}>
      {children}
    </li>
  ),
};

type WaitingRowProps = Pick<QueuePanelProps, "frozenAtMs"> & {
  call: QueueRow;
  isSelected: boolean;
  onToggle: (callId: string) => void;
};

function WaitingRow({ call, isSelected, onToggle, frozenAtMs }: WaitingRowProps) {
  return (
    <div
      data-queue-row
      data-call-id={call.callId}
      className={`flex items-center gap-2 border-b border-line ${isSelected ? "bg-accent-soft" : ""}`}
      style={{ height: ROW_PX }}
    >
      <span className="figures w-8 shrink-0 text-center font-medium">
        {call.position ?? <Clock aria-label={SUPERVISOR.planned} size={14} className="mx-auto text-muted" />}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <Link
          to="/calls/$callId"
          params={{ callId: call.callId }}
          className="truncate font-medium hover:underline"
        >
          {call.businessName} → {call.consumerName}
        </Link>
        <WaitText call={call} frozenAtMs={frozenAtMs} />
      </span>
      <SelectBox callId={call.callId} isSelected={isSelected} onToggle={onToggle} label={call.consumerName} />
    </div>
  );
}

function WaitText({ call, frozenAtMs }: Pick<WaitingRowProps, "call" | "frozenAtMs">) {
  const runningMs = useServerNowMs();
  const nowMs = frozenAtMs ?? runningMs;
  return (
    <span className="figures truncate text-dense text-muted">
      {call.scheduledFor === null
        ? `${SUPERVISOR.dueNow}${call.queuedAt === null ? "" : `, waits ${timerText(sinceMs(call.queuedAt, nowMs))}`}`
        : `${call.attemptNumber > 0 ? SUPERVISOR.triesAgain : SUPERVISOR.calls} at ${instantText(call.scheduledFor, nowMs)}`}
      {call.attemptNumber > 0 && ` · attempt ${call.attemptNumber + 1}`}
    </span>
  );
}

/** Up and down walk through the rows. */
function moveInQueue(event: KeyboardEvent<HTMLElement>) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  if (!(event.target instanceof HTMLElement)) return;
  const row = event.target.closest("[data-queue-row]");
  if (row === null) return;
  const rows = [...event.currentTarget.querySelectorAll("[data-queue-row]")];
  const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.querySelector("a");
  event.preventDefault();
  next?.focus();
}
