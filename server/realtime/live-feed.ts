import type { CallStore } from "#server/calls/call-store.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { WallQueries } from "#server/calls/wall-queries.ts";
import type { MarketChange } from "#server/leads/market-feed.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { CatchUp } from "#server/realtime/catch-up.ts";
import type { LiveNews } from "#server/realtime/other-servers.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";
import { type CallEvent, type Draft, eventFor } from "#shared/call/events.ts";
import { byNeed } from "#shared/call/help-need.ts";
import type { Board, DaySoFar } from "#shared/call/summary.ts";

/** The board is made again at most this often, however much happens. */
const BOARD_MS = 250;
/** After a reading it rests so many times as long as that took: a board of hundreds of calls must not keep the database from the calls themselves. */
const BOARD_REST = 6;

export const BOARD_ROOM = "board";
/** Everything about the requests of a consumer, or about the leads of a business. */
export const marketRoom = (of: { consumerId: string } | { businessId: string }) =>
  "consumerId" in of ? `market:consumer:${of.consumerId}` : `market:business:${of.businessId}`;
/** Staff and consumers see different events, so each call has a room for each. */
export const callRoom = (callId: string, audience: "consumer" | "staff") => `call:${callId}:${audience}`;

type LiveFeedDeps = {
  queries: CallQueries;
  wall: Pick<WallQueries, "line">;
  dialSwitch: Pick<DialSwitch, "paused">;
  clock: Clock;
  logger: Logger;
  demo: boolean;
  /** How long a talk may last. */
  timeLimitMs: number;
  /** The day so far, with what the live calls cost until now. */
  today(runningCents: number): Promise<DaySoFar>;
};

/** Brings stored events to those who watch. Nothing waits for it, and nothing depends on it: a watcher that missed something asks by `seq`. */
export class LiveFeed implements LiveNews {
  readonly #deps: LiveFeedDeps;
  #sockets: AppSockets | null = null;
  #others: LiveNews | null = null;
  #catchUp: CatchUp | null = null;
  #boardTold: Timer | null = null;
  /** What other servers tell: shown here, not told again. */
  readonly heard: LiveNews = {
    event: (callId, event) => this.#showEvent(callId, event),
    draft: (draft) => this.#showDraft(draft),
    boardChanged: () => this.#refreshBoard(),
    marketChanged: (change) => this.#showMarket(change),
  };
  #pending: Timer | null = null;
  /** How long the last board took to be read. */
  #boardTookMs = 0;
  #isReadingBoard = false;
  /** Something happened since the last board was asked for. */
  #boardIsOld = false;

  constructor(deps: LiveFeedDeps) {
    this.#deps = deps;
  }

  /** Until the sockets are there, nobody watches. `others` are told what happened here; `store` has what they could not tell. */
  attach(sockets: AppSockets, others: LiveNews | null, store: Pick<CallStore, "events">) {
    this.#sockets = sockets;
    this.#others = others;
    this.#catchUp = new CatchUp({
      ...this.#deps,
      store,
      watched: () => watchedCalls(sockets),
      show: (callId, event) => this.#showEvent(callId, event),
    });
  }

  detach() {
    this.#catchUp?.stop();
  }

  /** A watcher of the call has joined its room, and was given everything up to `seq`. */
  watched(callId: string, seq: number) {
    this.#catchUp?.begins(callId, seq);
  }

  event(callId: string, event: CallEvent) {
    this.#showEvent(callId, event);
    this.#others?.event(callId, event);
  }

  draft(draft: Draft) {
    this.#showDraft(draft);
    this.#others?.draft(draft);
  }

  boardChanged() {
    this.#refreshBoard();
    if (this.#others === null || this.#boardTold !== null) return;
    this.#boardTold = this.#deps.clock.after(BOARD_MS, () => {
      this.#boardTold = null;
      this.#others?.boardChanged();
    });
  }

  marketChanged(change: MarketChange) {
    this.#showMarket(change);
    this.#others?.marketChanged(change);
  }

  #showMarket({ leadId, consumerId, businessIds }: MarketChange) {
    const rooms = [
      marketRoom({ consumerId }),
      ...businessIds.map((businessId) => marketRoom({ businessId })),
    ].filter((room) => this.#isWatched(room));
    if (rooms.length > 0) this.#sockets?.local.to(rooms).emit("market:changed", { leadId });
  }

  #showEvent(callId: string, event: CallEvent) {
    for (const audience of ["staff", "consumer"] as const) {
      if (!this.#isWatched(callRoom(callId, audience))) continue;
      const seen = { ...eventFor(audience, event), callId };
      this.#sockets?.local.to(callRoom(callId, audience)).emit("call:event", seen);
    }
    this.#catchUp?.shown(callId, event.seq);
  }

  #showDraft(draft: Draft) {
    const rooms = [callRoom(draft.callId, "staff"), callRoom(draft.callId, "consumer")];
    if (!rooms.some((room) => this.#isWatched(room))) return;
    this.#sockets?.local.to(rooms).emit("call:draft", draft);
  }

  #refreshBoard() {
    this.#boardIsOld = true;
    if (this.#pending !== null || this.#isReadingBoard || !this.#isWatched(BOARD_ROOM)) return;
    const restMs = Math.max(BOARD_MS, this.#boardTookMs * BOARD_REST);
    this.#pending = this.#deps.clock.after(restMs, () => {
      this.#pending = null;
      void this.#showBoard();
    });
  }

  /** Never rejects. What changes meanwhile is shown by another one. */
  async #showBoard(): Promise<void> {
    const { clock, logger } = this.#deps;
    const askedMs = clock.monotonicMs();
    this.#isReadingBoard = true;
    this.#boardIsOld = false;
    try {
      const board = await this.board();
      this.#sockets?.local.to(BOARD_ROOM).emit("board:update", board);
    } catch (error) {
      logger.warn(errorFields(error), "the board could not be read");
    }
    this.#isReadingBoard = false;
    this.#boardTookMs = clock.monotonicMs() - askedMs;
    if (this.#boardIsOld) this.#refreshBoard();
  }

  async board(): Promise<Board> {
    const { queries, wall, dialSwitch, clock, demo, timeLimitMs, today } = this.#deps;
    const [calls, pause, queue] = await Promise.all([queries.board(), dialSwitch.paused(), wall.line()]);
    const nowMs = clock.nowMs();
    return {
      at: new Date(nowMs).toISOString(),
      ...calls,
      live: byNeed(calls.live, { nowMs, timeLimitMs }),
      pause,
      demo: { enabled: demo },
      timeLimitMs,
      queue,
      today: await today(calls.live.reduce((sum, call) => sum + (call.totalCents ?? 0), 0)),
    };
  }

  /** By somebody on this server: for others nothing has to be made. */
  #isWatched(room: string): boolean {
    return (this.#sockets?.sockets.adapter.rooms.get(room)?.size ?? 0) > 0;
  }
}

function watchedCalls(sockets: AppSockets): string[] {
  return [...sockets.sockets.adapter.rooms.keys()].flatMap((room) => {
    const [kind, callId] = room.split(":");
    return kind === "call" && callId !== undefined ? callId : [];
  });
}
