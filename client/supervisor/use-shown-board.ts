import { browserNowMs } from "#client/ui/clock.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { serverMsAt } from "#client/wire/server-clock.ts";
import { type LiveBoard, useLiveBoard } from "#client/wire/use-board.ts";
import type { Board } from "#shared/call/summary.ts";
import { useState } from "react";

export type ShownBoard = {
  live: LiveBoard;
  /** What is drawn: what came last, or what there was when updates were paused. */
  board: Board | null;
  isLive: boolean;
  /** The browser's clock, when the link was lost or updates were paused; null: neither. */
  lostSinceMs: number | null;
  pausedSinceMs: number | null;
  /** The server's clock at which timers stand still; null: they run. */
  frozenAtMs: number | null;
  togglePause: () => void;
};

/** The board as this page shows it. P pauses updates (WCAG 2.2.2); the calls themselves go on. */
export function useShownBoard(): ShownBoard {
  const live = useLiveBoard();
  const [paused, setPaused] = useState<{ board: Board; sinceMs: number } | null>(null);
  const togglePause = () => {
    if (paused !== null) setPaused(null);
    else if (live.board !== null) setPaused({ board: live.board, sinceMs: browserNowMs() });
  };
  useShortcut("p", togglePause);
  const lostSinceMs = live.state === "lost" ? live.sinceMs : null;
  const stoodAtMs = paused?.sinceMs ?? lostSinceMs;
  return {
    live,
    board: paused?.board ?? live.board,
    isLive: live.state === "live",
    lostSinceMs,
    pausedSinceMs: paused?.sinceMs ?? null,
    frozenAtMs: stoodAtMs === null ? null : serverMsAt(stoodAtMs),
    togglePause,
  };
}
