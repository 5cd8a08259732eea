import { browserNowMs } from "#client/ui/clock.ts";
import type { LiveCall } from "#client/wire/live-call.ts";
import { type CallTransport, LiveCallStore } from "#client/wire/live-call-store.ts";
import { onLink, onMessage, openSocket, unwatchCall, watchCall } from "#client/wire/socket.ts";
import { useCallback, useSyncExternalStore } from "react";

const transport: CallTransport = {
  watch: watchCall,
  unwatch: unwatchCall,
  onEvent: (listener) => onMessage((message) => message.kind === "event" && listener(message.event)),
  onDraft: (listener) => onMessage((message) => message.kind === "draft" && listener(message.draft)),
  onRevoked: (listener) => onMessage((message) => message.kind === "revoked" && listener(message.callId)),
  onLink,
};

/** A hidden tab paints nothing, but must not pile up messages. */
const AT_LATEST_MS = 250;

function nextFrame(task: () => void) {
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    task();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, AT_LATEST_MS);
}

function later(task: () => void, delayMs: number) {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}

/** A page that comes right back (StrictMode, a quick back and forth) finds its call still watched. */
const LINGER_MS = 1_000;

type Shared = { store: LiveCallStore; watchers: number; ending: (() => void) | undefined };
const shared = new Map<string, Shared>();

function sharedCall(callId: string): Shared {
  const existing = shared.get(callId);
  if (existing !== undefined) return existing;
  const store = new LiveCallStore(callId, { transport, nextFrame, later, nowMs: browserNowMs });
  const created: Shared = { store, watchers: 0, ending: undefined };
  shared.set(callId, created);
  return created;
}

function subscribe(callId: string, listener: () => void) {
  const call = sharedCall(callId);
  call.ending?.();
  if (call.watchers === 0 && call.ending === undefined) {
    void openSocket();
    call.store.start();
  }
  call.ending = undefined;
  call.watchers += 1;
  const stopListening = call.store.subscribe(listener);
  return () => {
    stopListening();
    call.watchers -= 1;
    if (call.watchers === 0) call.ending = later(() => end(callId, call), LINGER_MS);
  };
}

function end(callId: string, call: Shared) {
  call.store.stop();
  shared.delete(callId);
}

/** One call as it happens. All parts of a page share one watch. */
export function useLiveCall(callId: string): LiveCall {
  const watch = useCallback((listener: () => void) => subscribe(callId, listener), [callId]);
  return useSyncExternalStore(watch, () => sharedCall(callId).store.get());
}
