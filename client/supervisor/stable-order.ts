import { useState } from "react";

type Tile = { callId: string };

/**
 * The tiles in their order: who was there keeps the place, who is new comes last. While the board is held (a pointer or the focus is
 * on it) those that left stay as they were last seen, so that nothing moves under a hand.
 */
export function nextTiles<Each extends Tile>(
  shown: readonly Each[],
  present: readonly Each[],
  isHeld: boolean,
): Each[] {
  const fresh = new Map(present.map((tile) => [tile.callId, tile]));
  const kept = shown.flatMap((tile) => fresh.get(tile.callId) ?? (isHeld ? tile : []));
  const known = new Set(kept.map((tile) => tile.callId));
  return [...kept, ...present.filter((tile) => !known.has(tile.callId))];
}

/** The tiles to draw now; the order of the last drawing is kept. */
export function useStableTiles<Each extends Tile>(
  present: readonly Each[],
  isHeld: boolean,
): readonly Each[] {
  const [shown, setShown] = useState<readonly Each[]>([]);
  const next = nextTiles(shown, present, isHeld);
  const isSame = next.length === shown.length && next.every((tile, index) => tile === shown[index]);
  if (!isSame) setShown(next);
  return next;
}
