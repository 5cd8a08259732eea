import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { SelectBox } from "#client/supervisor/select-box.tsx";
import { useCallEnding, CallEndButton } from "#client/calls/call-actions.tsx";
import { LANE_TEXT } from "#client/calls/lanes.ts";
import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfSummary, statusSentence } from "#client/calls/status-sentence.ts";
import { latencyText } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { Speaker } from "#shared/call/events.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { type KeyboardEvent, memo } from "react";

const LANE_NAME: Record<Speaker, string> = {
  agent: SUPERVISOR.agent,
  consumer: SUPERVISOR.caller,
  person: SUPERVISOR.colleague,
};

/** A turn that took longer than this is pointed out. */
const SLOW_MS = 1_200;

type WallTileProps = {
  call: CallSummary;
  /** Why it needs somebody, in words; empty when it does not. */
  help: string;
  /** All of the reasons. */
  helpDetail: string;
  /** The key that opens it; null for all but the first nine. */
  number: number | null;
  isSelected: boolean;
  onToggle: (callId: string) => void;
  /** ⇧X is about this tile, because nothing is selected. */
  hasEndKey: boolean;
  /** The server's clock when the link was lost; its timers stand still there. */
  frozenAtMs: number | null;
};

/**
 * One live call on the wall. The whole tile opens it; X selects it and ⇧X ends it while it has the focus. Drawn again only when something of it
 * changed.
 */
export const WallTile = memo(function WallTile(props: WallTileProps) {
  const { call, help, helpDetail, number, isSelected, onToggle, hasEndKey, frozenAtMs } = props;
  const ending = useCallEnding(call.callId, call.status);
  return (
    <article
      data-testid="wall-tile"
      data-call-id={call.callId}
      {...(hasEndKey && endKey(ending.ask))}
      className={`relative flex h-full min-h-36 flex-col gap-2 rounded-card border bg-surface p-3 focus-within:border-accent hover:border-control ${
        isSelected ? "border-accent" : help === "" ? "border-line" : "border-wait"
      }`}
    >
      <div className="flex items-center justify-between gap-2">
        <span className="flex min-w-0 items-center gap-2">
          <TileStatus call={call} frozenAtMs={frozenAtMs} />
          {number !== null && (
            <kbd aria-hidden className="hidden font-mono text-meta text-muted lg:inline">
              {number}
            </kbd>
          )}
        </span>
        <Speed call={call} />
      </div>
      <Link
        to="/calls/$callId"
        params={{ callId: call.callId }}
        className="font-medium wrap-anywhere after:absolute after:inset-0 after:rounded-card focus-visible:outline-none focus-visible:after:ring-focus"
      >
        {call.businessName} <span aria-hidden>→</span>
        <span className="sr-only"> calls </span> {call.consumerName}{" "}
        <span className="figures font-normal whitespace-nowrap text-muted">{call.consumerPhone}</span>
      </Link>
      {help !== "" && (
        <p
          title={helpDetail}
          data-testid="help"
          className="flex items-start gap-1 text-dense font-medium wrap-anywhere text-wait"
        >
          <TriangleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span className="line-clamp-2">{help}</span>
        </p>
      )}
      <LastLine call={call} />
      <div className="mt-auto flex items-center justify-between gap-2">
        <span className="figures text-dense text-muted">
          {call.attemptNumber > 1 ? `Attempt ${call.attemptNumber}` : ""}
        </span>
        <span className="relative z-[1] flex items-center gap-1">
          <SelectBox
            callId={call.callId}
            isSelected={isSelected}
            onToggle={onToggle}
            label={call.consumerName}
          />
          <CallEndButton ending={ending} status={call.status} size="dense" />
        </span>
      </div>
    </article>
  );
});

function TileStatus({ call, frozenAtMs }: Pick<WallTileProps, "call" | "frozenAtMs">) {
  const runningMs = useServerNowMs();
  return <StatusChip sentence={statusSentence(factsOfSummary(call), frozenAtMs ?? runningMs)} />;
}

/** ⇧X for the tile that has the focus; the dialog it opens is drawn elsewhere and is left alone. */
const endKey = (ask: () => void) => ({
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
    const isInside = event.target instanceof Node && event.currentTarget.contains(event.target);
    if (isInside && event.shiftKey && event.key.toLowerCase() === "x") ask();
  },
});

function Speed({ call }: { call: CallSummary }) {
  if (call.lastLatencyMs === null) return null;
  const isSlow = call.lastLatencyMs > SLOW_MS;
  return (
    <span className={`figures text-dense ${isSlow ? "font-medium text-wait" : "text-muted"}`}>
      <span className="sr-only">{SUPERVISOR.lastAnswer} </span>
      {latencyText(call.lastLatencyMs)}
      {isSlow && ", slow"}
    </span>
  );
}

function LastLine({ call }: { call: CallSummary }) {
  if (call.lastLine === null) {
    return <p className="line-clamp-2 text-dense text-muted">{call.objective}</p>;
  }
  const { speaker, text } = call.lastLine;
  return (
    <p className="line-clamp-2 text-dense wrap-anywhere">
      <span className={`font-medium ${LANE_TEXT[speaker]}`}>{LANE_NAME[speaker]} </span>
      {text}
    </p>
  );
}
