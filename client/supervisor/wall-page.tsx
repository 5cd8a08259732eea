import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { DialPauseBanner, PauseDialingButton } from "#client/supervisor/dial-pause.tsx";
import { DemoCallButton } from "#client/supervisor/demo-call-button.tsx";
import { LiveTiles } from "#client/supervisor/live-tiles.tsx";
import { RecentList, WaitingList } from "#client/supervisor/wall-lists.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { countText, instantText, spanText } from "#client/ui/format.ts";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { EmptyState, ErrorState, Skeleton } from "#client/ui/states.tsx";
import { preferDark } from "#client/ui/theme.ts";
import { serverMsAt, useServerNowMs } from "#client/wire/server-clock.ts";
import { type LiveBoard, useLiveBoard } from "#client/wire/use-board.ts";
import type { Board } from "#shared/call/summary.ts";
import { PhoneOff, WifiOff } from "lucide-react";
import { useLayoutEffect } from "react";

const KEYS = [
  { keys: "Tab", does: SUPERVISOR.keyTab },
  { keys: "← ↑ → ↓", does: SUPERVISOR.keyArrows },
  { keys: "Enter", does: SUPERVISOR.keyEnter },
  { keys: "⇧ X", does: SUPERVISOR.keyEnd },
  { keys: "G then W", does: SUPERVISOR.keyWall },
  { keys: "G then C", does: SUPERVISOR.keyCalls },
  { keys: "?", does: SUPERVISOR.keyHelp },
];

/** All live calls at once, those that wait, and the last that ended. */
export function WallPage() {
  useLayoutEffect(preferDark, []);
  const live = useLiveBoard();
  return (
    <div className="flex w-full flex-col gap-5 p-4 lg:p-6">
      <title>{SUPERVISOR.wallTitle}</title>
      <WallHeader live={live} />
      {live.state === "connecting" && <Skeleton rows={4} rowClass="h-36" />}
      {live.state === "refused" && <ErrorState title={SUPERVISOR.wallFailed} detail={live.message} />}
      {live.board !== null && live.board.pause !== null && (
        <DialPauseBanner pause={live.board.pause} isDisabled={live.state !== "live"} />
      )}
      {live.board !== null && (
        <WallBody board={live.board} frozenAtMs={live.state === "lost" ? serverMsAt(live.sinceMs) : null} />
      )}
    </div>
  );
}

function WallHeader({ live }: { live: LiveBoard }) {
  const board = live.board;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h1 className="text-h3">{SUPERVISOR.wall}</h1>
        {board !== null && (
          <p className="figures text-muted">
            {SUPERVISOR.live} {board.live.length}, waiting {board.waiting.length}, just ended{" "}
            {board.recent.length}
          </p>
        )}
        {live.state === "lost" && <BoardAge sinceMs={live.sinceMs} />}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <KeyboardHelp rows={KEYS} />
        {board !== null && board.pause === null && <PauseDialingButton isDisabled={live.state !== "live"} />}
        {board?.demo.enabled === true && <DemoCallButton />}
      </div>
    </div>
  );
}

function BoardAge({ sinceMs }: { sinceMs: number }) {
  const nowMs = useNowMs();
  return (
    <p className="figures flex items-center gap-1.5 font-medium text-wait">
      <WifiOff aria-hidden size={14} />
      As it was {spanText(nowMs - sinceMs)} ago, the calls go on
    </p>
  );
}

function WallBody({ board, frozenAtMs }: { board: Board; frozenAtMs: number | null }) {
  return (
    <div className="grid gap-6 lg:grid-cols-[1fr_22rem]">
      <section aria-label={SUPERVISOR.live} className="flex min-w-0 flex-col gap-2">
        <h2 className="text-lead font-strong">
          {SUPERVISOR.live} <span className="figures font-normal text-muted">{board.live.length}</span>
        </h2>
        {board.live.length === 0 && <NoCalls board={board} />}
        <LiveTiles calls={board.live} frozenAtMs={frozenAtMs} />
      </section>
      <div className="flex min-w-0 flex-col gap-6">
        <WaitingList calls={board.waiting} />
        <RecentList calls={board.recent} />
      </div>
    </div>
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
