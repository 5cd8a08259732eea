import { browserNowMs } from "#client/ui/clock.ts";
import { createStore, useStore } from "#client/ui/store.ts";
import { mergeBoard } from "#client/wire/merge-board.ts";
import { onLink, onMessage, openSocket, watchBoard } from "#client/wire/socket.ts";
import type { Board } from "#shared/call/summary.ts";

export type LiveBoard =
  | { state: "connecting"; board: null }
  | { state: "live"; board: Board }
  /** What the server last sent, and when the link to it was lost. */
  | { state: "lost"; board: Board; sinceMs: number }
  | { state: "refused"; board: Board | null; message: string };

const RETRY_MS = 1_000;
const board = createStore<LiveBoard>({ state: "connecting", board: null });
let newest: Board | null = null;
let frame: number | null = null;
let watchers = 0;
let stops: (() => void)[] = [];
let retry: ReturnType<typeof setTimeout> | undefined;

async function ask(): Promise<void> {
  clearTimeout(retry);
  const reply = await watchBoard().catch(() => null);
  if (watchers === 0) return;
  if (reply === null) {
    retry = setTimeout(() => void ask(), RETRY_MS);
    return;
  }
  if (reply.ok) show(reply.board);
  else board.set({ state: "refused", board: board.get().board, message: reply.message });
}

/** However many boards come, one is drawn in a frame: the newest. */
function boardCame(next: Board) {
  newest = next;
  frame ??= requestAnimationFrame(showNewest);
}

function showNewest() {
  if (frame !== null) cancelAnimationFrame(frame);
  frame = null;
  if (newest !== null) show(newest);
  newest = null;
}

const show = (next: Board) => board.set({ state: "live", board: mergeBoard(board.get().board, next) });

function linkChanged(isUp: boolean) {
  if (isUp) return void ask();
  clearTimeout(retry);
  showNewest();
  const shown = board.get().board;
  if (shown !== null) board.set({ state: "lost", board: shown, sinceMs: browserNowMs() });
}

function start() {
  void openSocket();
  stops = [
    onMessage((message) => {
      if (message.kind === "board") boardCame(message.board);
    }),
    onLink(linkChanged),
  ];
}

const watched = {
  get: board.get,
  subscribe(listener: () => void) {
    watchers += 1;
    if (watchers === 1) start();
    const stopListening = board.subscribe(listener);
    return () => {
      stopListening();
      watchers -= 1;
      if (watchers > 0) return;
      clearTimeout(retry);
      for (const stop of stops.splice(0)) stop();
    };
  },
};

/** The supervisor's board as the server last sent it. There is no un-watch: the server stops when the socket closes. */
export function useLiveBoard(): LiveBoard {
  return useStore(watched);
}
