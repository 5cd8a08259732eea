import { AlertsPanel } from "#client/supervisor/alerts-panel.tsx";
import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { DialPauseBanner } from "#client/supervisor/dial-pause.tsx";
import { LiveTiles } from "#client/supervisor/live-tiles.tsx";
import { NeedNews } from "#client/supervisor/need-news.tsx";
import { QueuePanel } from "#client/supervisor/queue-panel.tsx";
import { RecentList } from "#client/supervisor/recent-list.tsx";
import { SelectedBar } from "#client/supervisor/selected-bar.tsx";
import { useSelection } from "#client/supervisor/use-selection.ts";
import { useShownBoard } from "#client/supervisor/use-shown-board.ts";
import { needsYou, type WallAddress, wallCalls } from "#client/supervisor/wall-address.ts";
import { WallFilters } from "#client/supervisor/wall-filters.tsx";
import { WallHeader } from "#client/supervisor/wall-header.tsx";
import { Button } from "#client/ui/button.tsx";
import { countText, instantText } from "#client/ui/format.ts";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { preferDark } from "#client/ui/theme.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { Board } from "#shared/call/summary.ts";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Filter, PhoneOff } from "lucide-react";
import { useLayoutEffect, useMemo } from "react";

/** All live calls at once, who needs somebody first; those that wait, and the last that ended. */
export function WallPage() {
  useLayoutEffect(preferDark, []);
  const shown = useShownBoard();
  const { live, board, frozenAtMs } = shown;
  const runningMs = useServerNowMs();
  const nowMs = frozenAtMs ?? runningMs;
  const timeLimitMs = board?.timeLimitMs ?? 0;
  const at = useMemo(() => ({ nowMs, timeLimitMs }), [nowMs, timeLimitMs]);
  const needing = useMemo(() => board?.live.filter((call) => needsYou(call, at)) ?? [], [board, at]);
  return (
    <div className="flex w-full flex-col gap-5 p-4 lg:p-6">
      <title>{SUPERVISOR.wallTitle}</title>
      <NeedNews calls={needing} at={at} />
      <WallHeader shown={shown} needCount={needing.length} />
      {live.state === "connecting" && <Skeleton rows={4} rowClass="h-36" />}
      {live.state === "refused" && <ErrorState title={SUPERVISOR.wallFailed} detail={live.message} />}
      {board !== null && board.pause !== null && (
        <DialPauseBanner pause={board.pause} isDisabled={!shown.isLive} />
      )}
      {board !== null && <WallBody board={board} at={at} frozenAtMs={frozenAtMs} />}
    </div>
  );
}

type WallBodyProps = {
  board: Board;
  at: { nowMs: number; timeLimitMs: number };
  frozenAtMs: number | null;
};

function WallBody({ board, at, frozenAtMs }: WallBodyProps) {
  const address = useSearch({ from: "/signed-in/supervisor/wall" });
  const navigate = useNavigate();
  const selection = useSelection();
  const calls = useMemo(() => wallCalls(board.live, address, at), [board.live, address, at]);
  const change = (search: WallAddress) => void navigate({ to: "/wall", search, replace: true });
  return (
    <>
      <WallFilters board={board} address={address} onChange={change} />
      <div className="grid gap-6 lg:grid-cols-[1fr_22rem]">
        <LiveTiles
          // What was asked for anew is put in order anew, also under a hand.
          key={JSON.stringify(address)}
          calls={calls}
          at={at}
          frozenAtMs={frozenAtMs}
          selection={selection}
          empty={
            board.live.length === 0 ? <NoCalls board={board} /> : <NoMatch onShowAll={() => change({})} />
          }
        />
        <div className="flex min-w-0 flex-col gap-6">
          <QueuePanel businessId={address.business} selection={selection} frozenAtMs={frozenAtMs} />
          <AlertsPanel />
          <RecentList calls={board.recent} />
        </div>
      </div>
      <SelectedBar selection={selection} />
    </>
  );
}

function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  return (
    <EmptyState icon={Filter} title={SUPERVISOR.noMatch}>
      <Button className="mt-2" onPress={onShowAll}>
        {SUPERVISOR.showAll}
      </Button>
    </EmptyState>
  );
}

function NoCalls({ board }: { board: Board }) {
  const nowMs = useServerNowMs();
  const next = board.waiting.find((call) => call.scheduledFor !== null)?.scheduledFor ?? null;
  return (
    <EmptyState icon={PhoneOff} title={SUPERVISOR.noCalls}>
      {next !== null && `The next one is planned for ${instantText(next, nowMs)}. `}
      {board.demo.enabled && SUPERVISOR.noCallsDemo}
      {next === null && !board.demo.enabled && `${countText(board.recent.length, "call")} ended recently.`}
    </EmptyState>
  );
}
