import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { useStableTiles } from "#client/supervisor/stable-order.ts";
import { WallTile } from "#client/supervisor/wall-tile.tsx";
import type { CallSummary } from "#shared/call/summary.ts";
import { type FocusEvent, type KeyboardEvent, useState } from "react";

type LiveTilesProps = { calls: readonly CallSummary[]; frozenAtMs: number | null };

/** The live calls. Nothing moves while a pointer or the focus is on them. */
export function LiveTiles({ calls, frozenAtMs }: LiveTilesProps) {
  const { isHeld, handlers } = useHeld();
  const tiles = useStableTiles(calls, isHeld);
  return (
    <ul
      aria-label={SUPERVISOR.liveCalls}
      {...handlers}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-3"
    >
      {tiles.map((call) => (
        <li key={call.callId}>
          <WallTile call={call} frozenAtMs={frozenAtMs} />
        </li>
      ))}
    </ul>
  );
}

/** Whether a pointer or the focus is on the board, and the arrow keys between its tiles. */
function useHeld() {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const handlers = {
    onPointerEnter: () => setHovered(true),
    onPointerLeave: () => setHovered(false),
    onFocus: () => setFocused(true),
    onBlur: (event: FocusEvent<HTMLUListElement>) =>
      setFocused(event.currentTarget.contains(event.relatedTarget)),
    onKeyDown: moveFocus,
  };
  return { isHeld: isHovered || isFocused, handlers };
}

const STEPS: Record<string, 1 | -1> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };

/** Arrows walk through the tiles; up and down jump by a row. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>) {
  const step = STEPS[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("article > a")];
  const tile = event.target.closest("article")?.querySelector("a");
  const index = links.findIndex((link) => link === tile);
  if (index < 0) return;
  const isVertical = event.key === "ArrowUp" || event.key === "ArrowDown";
  const columns = isVertical ? columnsOf(event.currentTarget) : 1;
  const next = links[index + step * columns];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

const columnsOf = (grid: HTMLElement): number =>
  getComputedStyle(grid).gridTemplateColumns.split(" ").filter(Boolean).length;
