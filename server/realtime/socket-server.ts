import type { Accounts } from "#server/accounts/accounts.ts";
import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import { audienceOf, type CallAccess } from "#server/calls/call-access.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import { BOARD_ROOM, callRoom, type LiveFeed, marketRoom } from "#server/realtime/live-feed.ts";
import type { ServerToServer } from "#server/realtime/other-servers.ts";
import { serveListening } from "#server/realtime/listen-in.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import { serveMicrophone } from "#server/realtime/microphone.ts";
import { answer } from "#server/realtime/socket-answer.ts";
import type { Presence } from "#server/realtime/presence.ts";
import { SocketGuard } from "#server/realtime/socket-guard.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import {
  byCallSchema,
  type ClientToServer,
  OUTDATED_PAGE,
  PROTOCOL_VERSION,
  type ServerToClient,
  watchCallSchema,
} from "#shared/contract/sockets.ts";
import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";

type SocketData = { caller: Caller };
export type AppSockets = Server<ClientToServer, ServerToClient, ServerToServer, SocketData>;
export type AppSocket = Socket<ClientToServer, ServerToClient, ServerToServer, SocketData>;

export type SocketServerDeps = {
  httpServer: HttpServer;
  accounts: Pick<Accounts, "callerOf">;
  access: CallAccess;
  feed: Pick<LiveFeed, "board" | "watched">;
  audit: Pick<Audit, "record">;
  /** Sound of a microphone for a call, wherever it is live. */
  speak(callId: string, sound: MicSound): void;
  presence: Pick<Presence, "joined" | "left" | "gone" | "listening">;
  /** Whether an Origin header names one of our own pages. */
  isOwnOrigin(origin: string | undefined): boolean;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
};

/** Small requests only: ids and numbers. */
const MAX_MESSAGE_BYTES = 65_536;

/**
 * The live side of the product over Socket.IO. Every connection proves who it is (bearer token, or cookie with one of our own Origins), every
 * watch is checked on its own, and nothing here is the truth: clients ask for what is after their last `seq` (DESIGN §2.8).
 */
export function createSocketServer(deps: SocketServerDeps): { sockets: AppSockets; close(): Promise<void> } {
  const sockets: AppSockets = new Server(deps.httpServer, {
    path: "/socket.io",
    serveClient: false,
    // The media sockets share the server; their admission may take longer than the default of 1 s.
    destroyUpgradeTimeout: 10_000,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // A page of another site must not connect with a visitor's cookie; programs send no Origin and need a token.
    allowRequest: (request, decide) => {
      const { origin } = request.headers;
      decide(null, origin === undefined || deps.isOwnOrigin(origin));
    },
  });
  const guard = new SocketGuard(sockets, deps);
  sockets.use((socket, next) => void admit(socket, guard, deps.logger).then(next));
  sockets.on("connection", (socket) => {
    guard.admitted(socket);
    serve(socket, deps);
  });
  return {
    sockets,
    async close() {
      guard.stop();
      await sockets.close();
    },
  };
}

/** The error to refuse with; undefined = come in. */
async function admit(socket: AppSocket, guard: SocketGuard, logger: Logger): Promise<Error | undefined> {
  const protocol: unknown = socket.handshake.auth["protocol"];
  if (protocol !== undefined && protocol !== PROTOCOL_VERSION) return new Error(OUTDATED_PAGE);
  try {
    const caller = await guard.identify(socket);
    if (caller === null) return new Error(ERRORS.UNAUTHENTICATED.message);
    socket.data.caller = caller;
    return undefined;
  } catch (error) {
    logger.error(errorFields(error), "a socket could not be identified");
    return new Error("Please try again.");
  }
}

/** All that the bearer of a signed link may ask for. */
const WITH_A_LINK: ReadonlySet<string> = new Set<keyof ClientToServer>(["call:watch", "call:unwatch"]);

function serve(socket: AppSocket, deps: SocketServerDeps) {
  const { access, feed, presence } = deps;
  socket.on("disconnect", () => presence.gone(socket.id));
  socket.use(([event, ...given], next) => {
    if (socket.data.caller.onlyCallId === undefined || WITH_A_LINK.has(event)) return next();
    answer(given.at(-1), deps, () => Promise.reject(new Failure("FORBIDDEN")));
  });
  socket.on("call:watch", (request, reply) =>
    answer(reply, deps, async () => {
      const { callId, after } = watchCallSchema.parse(request);
      const { caller } = socket.data;
      // Joined first: what happens while the journal is read arrives too, and the client drops what it has twice.
      await access.head(caller, callId);
      await socket.join(callRoom(callId, audienceOf(caller)));
      const start = await access.watch(caller, callId, after ?? 0);
      feed.watched(callId, start.seq);
      // Who came after the socket had closed would stay for ever.
      if (audienceOf(caller) === "staff" && socket.connected) presence.joined(callId, socket.id, caller);
      return { ok: true, ...start };
    }),
  );
  socket.on("call:unwatch", (request, reply) =>
    answer(reply, deps, async () => {
      const { callId } = byCallSchema.parse(request);
      await socket.leave(callRoom(callId, audienceOf(socket.data.caller)));
      presence.left(callId, socket.id);
      return { ok: true };
    }),
  );
  serveListening(socket, deps);
  serveMicrophone(socket, deps);
  socket.on("board:watch", (...given) =>
    // Some clients send an empty payload before the callback.
    answer(given.at(-1), deps, async () => {
      if (socket.data.caller.role !== "supervisor") throw new Failure("FORBIDDEN");
      await socket.join(BOARD_ROOM);
      return { ok: true, board: await feed.board() };
    }),
  );
  socket.on("market:watch", (...given) =>
    answer(given.at(-1), deps, async () => {
      await socket.join(marketOf(socket.data.caller));
      return { ok: true };
    }),
  );
}

function marketOf({ role, accountId, businessId }: Caller): string {
  if (role === "consumer") return marketRoom({ consumerId: accountId });
  if (role === "business" && businessId !== null) return marketRoom({ businessId });
  throw new Failure("FORBIDDEN");
}
