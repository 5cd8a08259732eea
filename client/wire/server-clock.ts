import { browserNowMs, useNowMs } from "#client/ui/clock.ts";

/**
 * How far the browser's clock is ahead of the server's. Each message that was dated by the server a moment ago gives an upper
 * bound (difference plus its way here); the smallest one seen is the best.
 */
let aheadMs = 0;
let known = false;

/** For messages sent right after they were dated; never for replays of old ones. */
export function noteServerTime(iso: string): void {
  const sample = browserNowMs() - Date.parse(iso);
  if (Number.isNaN(sample) || (known && sample >= aheadMs)) return;
  aheadMs = sample;
  known = true;
}

/** The server's clock at a moment of the browser's, as well as the browser can know it. */
export const serverMsAt = (browserMs: number): number => browserMs - aheadMs;

/** The server's clock in ms; moves once a second. */
export function useServerNowMs(): number {
  return serverMsAt(useNowMs());
}
