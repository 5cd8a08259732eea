/** Sound is played this much late, so that a late piece leaves no hole. */
const AHEAD_SECONDS = 0.12;
/** Beyond this the page has fallen behind (a sleeping tab): pieces are left out until it has caught up. */
const MAX_BEHIND_SECONDS = 0.6;

/**
 * When a piece of sound begins, on the loudspeaker's clock in seconds: right where the one before ends, or a little later than now when
 * there was a hole. Null: not at all, because too much waits already.
 */
export function whenToPlay(endOfLast: number, now: number): number | null {
  if (endOfLast > now + MAX_BEHIND_SECONDS) return null;
  return endOfLast < now ? now + AHEAD_SECONDS : endOfLast;
}
