import { Listening, type ListeningState } from "#client/calls/audio/listening.ts";
import { openPlayer } from "#client/calls/audio/player.ts";
import { SoundHistory } from "#client/calls/audio/sound-history.ts";
import { browserNowMs } from "#client/ui/clock.ts";
import { useStore } from "#client/ui/store.ts";
import { listenCall, onLink, onMessage, unlistenCall } from "#client/wire/socket.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";
import { useEffect, useMemo } from "react";

const parts = {
  listen: listenCall,
  unlisten: unlistenCall,
  onSound: (
    listener: (piece: { callId: string; lane: SoundLane; frameNumber: number; bytes: Uint8Array }) => void,
  ) => onMessage((message) => message.kind === "sound" && listener(message)),
  onLink,
  openPlayer,
};

export type Ear = { state: ListeningState; muted: ReadonlySet<SoundLane>; listening: Listening };

/** Listening to one call; it ends with the page. */
export function useListening(callId: string): Ear {
  const listening = useMemo(() => new Listening(callId, parts), [callId]);
  useEffect(() => () => listening.stop(), [listening]);
  return { state: useStore(listening), muted: useStore(listening.muted), listening };
}

/** How loud both sides are and were; the page must watch the call. Outside React: it changes ten times a second. */
export function useSoundHistory(callId: string): SoundHistory {
  const history = useMemo(() => ({ callId, of: new SoundHistory() }), [callId]);
  useEffect(
    () =>
      onMessage((message) => {
        if (message.kind === "levels" && message.callId === history.callId)
          history.of.add(message, browserNowMs());
      }),
    [history],
  );
  return history.of;
}
