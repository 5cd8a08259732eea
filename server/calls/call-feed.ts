import type { CallEvent, Draft } from "#shared/call/events.ts";

/**
 * Where stored events go to be seen. The Socket.IO edge implements it; it never blocks and never throws: what a watcher misses it asks
 * for again by `seq`.
 */
export type CallFeed = {
  /** After the event was stored. */
  event(callId: string, event: CallEvent): void;
  draft(draft: Draft): void;
  /** Something on the board changed. */
  boardChanged(): void;
};
