import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { helpDetail, helpSentence } from "#client/supervisor/help-words.ts";
import { type Placed, useStableTiles } from "#client/supervisor/stable-order.ts";
import { nextTile } from "#client/supervisor/tile-steps.ts";
import type { Selection } from "#client/supervisor/use-selection.ts";
import { WallTile } from "#client/supervisor/wall-tile.tsx";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { helpNeed, NEEDS_YOU } from "#shared/call/help-need.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { useNavigate } from "@tanstack/react-router";
import { ArrowUpDown } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";

type LiveTilesProps = {
  /** In the order that is wanted. */
  calls: readonly CallSummary[];
  at: { nowMs: number; timeLimitMs: number };
  frozenAtMs: number | null;
  selection: Selection;
  /** In place of the tiles when there are none. */
  empty: ReactNode;
};

const NUMBERS = "1,2,3,4,5,6,7,8,9";

/** The live calls: those that need somebody above the others. Nothing moves while a pointer or the focus is on them. */
export function LiveTiles({ calls, at, frozenAtMs, selection, empty }: LiveTilesProps) {
  const { isHeld, handlers } = useHeld();
  const wanted = calls.map((call) => ({ call, isAbove: helpNeed(call, at).score >= NEEDS_YOU }));
  const { tiles, movedCount, resort } = useStableTiles(wanted, isHeld);
  const area = useRef<HTMLDivElement>(null);
  const refocus = useRefocus(area);
  const navigate = useNavigate();
  const above = tiles.filter((one) => one.isAbove);
  const below = tiles.filter((one) => !one.isAbove);
  const inOrder = [...above, ...below];
  const putInOrder = () => {
    refocus();
    resort();
  };
  useShortcut("r", putInOrder, movedCount > 0);
  useShortcut(NUMBERS, ({ key }) => {
    const callId = inOrder[Number(key) - 1]?.call.callId;
    if (callId !== undefined) void navigate({ to: "/calls/$callId", params: { callId } });
  });
  const rest = { at, frozenAtMs, selection };
  return (
    <div ref={area} {...handlers} className="flex min-w-0 flex-col gap-5">
      <section aria-label={SUPERVISOR.needsYou} className="flex flex-col gap-2">
        <Heading title={SUPERVISOR.needsYou} count={above.length}>
          {movedCount > 0 && <ResortButton count={movedCount} onPress={putInOrder} />}
        </Heading>
        {above.length === 0 ? (
          <p className="text-muted">{SUPERVISOR.noneNeeds}</p>
        ) : (
          <TileList tiles={above} label={SUPERVISOR.needsYou} firstNumber={1} {...rest} />
        )}
      </section>
      <section aria-label={SUPERVISOR.live} className="flex flex-col gap-2">
        <Heading title={SUPERVISOR.live} count={below.length} />
        {tiles.length === 0 && empty}
        {below.length > 0 && (
          <TileList tiles={below} label={SUPERVISOR.liveCalls} firstNumber={above.length + 1} {...rest} />
        )}
      </section>
    </div>
  );
}

type TileListProps = Pick<LiveTilesProps, "at" | "frozenAtMs" | "selection"> & {
  tiles: readonly Placed<CallSummary>[];
  label: string;
  firstNumber: number;
};

function TileList({ tiles, label, firstNumber, at, frozenAtMs, selection }: TileListProps) {
  return (
    <ul
      aria-label={label}
      className="-m-1 grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-1"
    >
      {tiles.map(({ call }, index) => {
        const { reasons } = helpNeed(call, at);
        const number = firstNumber + index;
        return (
          // Far from the screen the browser spares itself the tile; the edge leaves room for the ring of the focus.
          <li key={call.callId} className="p-1 [contain-intrinsic-size:auto_10rem] [content-visibility:auto]">
            <WallTile
              call={call}
              help={helpSentence(reasons, call.lastFlag)}
              helpDetail={helpDetail(reasons)}
              number={number <= 9 ? number : null}
              isSelected={selection.ids.has(call.callId)}
              onToggle={selection.toggle}
              hasEndKey={selection.ids.size === 0}
              frozenAtMs={frozenAtMs}
            />
          </li>
        );
      })}
    </ul>
  );
}

function ResortButton({ count, onPress }: { count: number; onPress: () => void }) {
  return (
    <Button size="dense" onPress={onPress} data-testid="resort">
      <ArrowUpDown aria-hidden size={14} />
      <span className="figures">
        {count} changed order – {SUPERVISOR.resort}
      </span>
      <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
        R
      </kbd>
    </Button>
  );
}

function Heading({ title, count, children }: { title: string; count: number; children?: ReactNode }) {
  return (
    <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
      <h2 className="text-lead font-strong">
        {title} <span className="figures font-normal text-muted">{count}</span>
      </h2>
      {children}
    </div>
  );
}

/** Whether a pointer or the focus is on the tiles, and the arrow keys between them. */
function useHeld() {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const handlers = {
    onPointerEnter: () => setHovered(true),
    onPointerLeave: () => setHovered(false),
    onFocus: () => setFocused(true),
    onBlur: (event: FocusEvent<HTMLDivElement>) =>
      setFocused(event.currentTarget.contains(event.relatedTarget)),
    onKeyDown: moveFocus,
  };
  return { isHeld: isHovered || isFocused, handlers };
}

/** Arrows walk through the tiles, also from one section into the other. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>) {
  if (!(event.target instanceof HTMLElement)) return;
  const tile = event.target.closest("article");
  if (tile === null) return;
  const tiles = [...event.currentTarget.querySelectorAll("article")];
  const places = tiles.map((one) => one.getBoundingClientRect());
  const next = tiles[nextTile(places, tiles.indexOf(tile), event.key) ?? -1]?.querySelector("a");
  if (next === null || next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** A tile that goes to another section is drawn anew: the focus goes with it. */
function useRefocus(area: { current: HTMLDivElement | null }): () => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    const callId = wanted.current;
    wanted.current = null;
    if (callId === null || area.current?.contains(document.activeElement) === true) return;
    area.current?.querySelector<HTMLElement>(`[data-call-id="${CSS.escape(callId)}"] a`)?.focus();
  });
  return () => {
    const tile = document.activeElement?.closest("article[data-call-id]");
    wanted.current = tile?.getAttribute("data-call-id") ?? null;
  };
}
