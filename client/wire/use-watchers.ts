import { createStore, useStore } from "#client/ui/store.ts";
import { onMessage } from "#client/wire/socket.ts";
import type { CallWatchers } from "#shared/contract/sockets.ts";

const NOBODY: CallWatchers["watchers"] = [];
/** The newest calls that were looked at. */
const REMEMBERED = 20;

const known = createStore<ReadonlyMap<string, CallWatchers["watchers"]>>(new Map());

// From the start on: the list comes once, soon after the call is watched, perhaps before the page shows it.
onMessage((message) => {
  if (message.kind !== "watchers") return;
  const others = [...known.get()].filter(([callId]) => callId !== message.callId);
  known.set(new Map([...others.slice(1 - REMEMBERED), [message.callId, message.watchers]]));
});

/** Who of the staff watches this call, as the server last said. */
export function useWatchers(callId: string): CallWatchers["watchers"] {
  return useStore(known).get(callId) ?? NOBODY;
}
