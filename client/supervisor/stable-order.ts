import { useState } from "react";

export type Placed<Call> = {
  call: Call;
  /** Among those that need somebody. */
  isAbove: boolean;
};

type Named = { callId: string };

/**
 * The tiles in the order that is wanted. While the wall is held (a pointer or the focus is on it) nothing moves under a hand: everybody keeps
 * the place and the section, who left stays as last seen, who is new comes last [UI5].
 */
export function placeTiles<Call extends Named>(
  shown: readonly Placed<Call>[],
  wanted: readonly Placed<Call>[],
  isHeld: boolean,
): Placed<Call>[] {
  if (!isHeld) return [...wanted];
  const fresh = new Map(wanted.map((one) => [one.call.callId, one.call]));
  const kept = shown.map((one) => ({ ...one, call: fresh.get(one.call.callId) ?? one.call }));
  const known = new Set(kept.map((one) => one.call.callId));
  const added = wanted
    .filter((one) => !known.has(one.call.callId))
    .map((one) => ({ call: one.call, isAbove: false }));
  return [...kept, ...added];
}

/** How many calls would stand elsewhere, or be gone, if the wall were put in order now. */
export function countMoved<Call extends Named>(
  shown: readonly Placed<Call>[],
  wanted: readonly Placed<Call>[],
): number {
  const ids = new Set(wanted.map((one) => one.call.callId));
  const left = shown.filter((one) => !ids.has(one.call.callId));
  const stayed = shown.filter((one) => ids.has(one.call.callId));
  const places = new Map(stayed.map((one, index) => [one.call.callId, { index, isAbove: one.isAbove }]));
  const moved = wanted
    .filter((one) => places.has(one.call.callId))
    .filter((one, index) => {
      const place = places.get(one.call.callId);
      return place !== undefined && (place.index !== index || place.isAbove !== one.isAbove);
    });
  return left.length + moved.length;
}

export type StableTiles<Call> = {
  tiles: readonly Placed<Call>[];
  /** How many are not where they belong, because the wall is held. */
  movedCount: number;
  /** Puts them in order now, although it is held. */
  resort: () => void;
};

/** The tiles to draw now. */
export function useStableTiles<Call extends Named>(
  wanted: readonly Placed<Call>[],
  isHeld: boolean,
): StableTiles<Call> {
  const [shown, setShown] = useState<readonly Placed<Call>[]>(wanted);
  const next = placeTiles(shown, wanted, isHeld);
  const isSame =
    next.length === shown.length &&
    next.every((one, index) => one.call === shown[index]?.call && one.isAbove === shown[index]?.isAbove);
  if (!isSame) setShown(next);
  return { tiles: next, movedCount: countMoved(next, wanted), resort: () => setShown(wanted) };
}
