import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { DemoCallButton } from "#client/supervisor/demo-call-button.tsx";
import { PauseDialingButton } from "#client/supervisor/dial-pause.tsx";
import { SuppressButton } from "#client/supervisor/suppress-number.tsx";
import type { ShownBoard } from "#client/supervisor/use-shown-board.ts";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { countText, moneyText, sinceMs, spanText, timerText } from "#client/ui/format.ts";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { Board, DaySoFar } from "#shared/call/summary.ts";
import { CirclePlay, SquarePause, WifiOff } from "lucide-react";

const KEYS = [
  { keys: "Tab", does: SUPERVISOR.keyTab },
  { keys: "← ↑ → ↓", does: SUPERVISOR.keyArrows },
  { keys: "Enter", does: SUPERVISOR.keyEnter },
  { keys: "1 – 9", does: SUPERVISOR.keyNumber },
  { keys: "X", does: SUPERVISOR.keySelect },
  { keys: "⇧ X", does: SUPERVISOR.keyEnd },
  { keys: "P", does: SUPERVISOR.keyPause },
  { keys: "R", does: SUPERVISOR.keyResort },
  { keys: "G then W", does: SUPERVISOR.keyWall },
  { keys: "G then C", does: SUPERVISOR.keyCalls },
  { keys: "?", does: SUPERVISOR.keyHelp },
];

type WallHeaderProps = { shown: ShownBoard; needCount: number };

/** All calls in figures, how old they are, and what is done to the whole wall. */
export function WallHeader({ shown, needCount }: WallHeaderProps) {
  const { board, isLive, lostSinceMs, pausedSinceMs, togglePause } = shown;
  return (
    <div className="flex flex-wrap items-start justify-between gap-3">
      <div className="flex min-w-0 flex-col gap-1">
        <h1 className="text-h3">{SUPERVISOR.wall}</h1>
        {board !== null && <Figures board={board} needCount={needCount} frozenAtMs={shown.frozenAtMs} />}
        {lostSinceMs !== null && <BoardAge sinceMs={lostSinceMs} />}
        {lostSinceMs === null && pausedSinceMs !== null && <PausedSince sinceMs={pausedSinceMs} />}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <KeyboardHelp rows={KEYS} />
        {board !== null && (
          <Button onPress={togglePause} data-testid="pause-updates">
            {pausedSinceMs === null ? (
              <SquarePause aria-hidden size={16} />
            ) : (
              <CirclePlay aria-hidden size={16} />
            )}
            {pausedSinceMs === null ? SUPERVISOR.pauseUpdates : SUPERVISOR.goOn}
          </Button>
        )}
        {board !== null && board.pause === null && <PauseDialingButton isDisabled={!isLive} />}
        {board !== null && <SuppressButton isDisabled={!isLive} />}
        {board?.demo.enabled === true && <DemoCallButton />}
      </div>
    </div>
  );
}

type FiguresProps = { board: Board; needCount: number; frozenAtMs: number | null };

function Figures({ board, needCount, frozenAtMs }: FiguresProps) {
  const runningMs = useServerNowMs();
  const { count, oldestAt } = board.queue;
  const oldest =
    oldestAt === null ? "" : ` (oldest ${timerText(sinceMs(oldestAt, frozenAtMs ?? runningMs))})`;
  return (
    <p className="figures text-muted" data-testid="wall-figures">
      {SUPERVISOR.live} {board.live.length} · Queue {count}
      {oldest} · {SUPERVISOR.needsYou} {needCount}
      {board.today !== null && ` · ${SUPERVISOR.today} ${dayText(board.today)}`}
    </p>
  );
}

/** "212 calls, 61 % reached, $74.20"; a share of nothing is not told. */
function dayText({ calls, reached, tried, spentCents }: DaySoFar): string {
  const share = tried === 0 ? [] : [`${Math.round((100 * reached) / tried)} % reached`];
  return [countText(calls, "call"), ...share, moneyText(spentCents)].join(", ");
}

function BoardAge({ sinceMs: lostMs }: { sinceMs: number }) {
  const nowMs = useNowMs();
  return (
    <p className="figures flex items-center gap-1.5 font-medium text-wait">
      <WifiOff aria-hidden size={14} />
      As it was {spanText(nowMs - lostMs)} ago, the calls go on
    </p>
  );
}

function PausedSince({ sinceMs: pausedMs }: { sinceMs: number }) {
  const nowMs = useNowMs();
  return (
    <p className="figures flex items-center gap-1.5 font-medium text-wait">
      <SquarePause aria-hidden size={14} />
      {SUPERVISOR.updatesPaused}: as it was {spanText(nowMs - pausedMs)} ago, the calls go on
    </p>
  );
}
