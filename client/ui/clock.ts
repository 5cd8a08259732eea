import { useSyncExternalStore } from "react";

/** The browser's wall clock, the only place that reads it. */
export const browserNowMs = (): number => Date.now();

const EVERY_MS = 1_000;
const listeners = new Set<() => void>();
let shownMs = browserNowMs();
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  shownMs = browserNowMs();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  if (listeners.size === 0) {
    shownMs = browserNowMs();
    timer = setInterval(tick, EVERY_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** Wall clock in ms that moves once a second; all timers on the page move together. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => shownMs);
}
