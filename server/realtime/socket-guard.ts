import type { Caller } from "#server/accounts/caller.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { AppSocket, AppSockets, SocketServerDeps } from "#server/realtime/socket-server.ts";

/** Sessions that ended (sign-out in another tab, revoked by the operator) lose their sockets within this. */
const RECHECK_MS = 5000;
const LOOK_MS = 1000;
/** Packets that may wait for a reader that does not read; it is then cut off and resyncs by `seq` (reliability D4). */
const MAX_WAITING_PACKETS = 500;
const MAX_REQUESTS_PER_SECOND = 20;
/** Sound comes every 20 ms at most, and in bunches when the page was held up. */
const MAX_SOUNDS_PER_SECOND = 120;

type Deps = Pick<SocketServerDeps, "accounts" | "isOwnOrigin" | "metrics"> & { clock: Clock; logger: Logger };

/** Who may be connected, for how long, and how much one connection may cost. */
export class SocketGuard {
  readonly #sockets: AppSockets;
  readonly #deps: Deps;
  readonly #timers: Timer[];
  #requests = new Map<string, number>();

  constructor(sockets: AppSockets, deps: Deps) {
    this.#sockets = sockets;
    this.#deps = deps;
    this.#timers = [
      deps.clock.every(LOOK_MS, () => this.#look()),
      deps.clock.every(RECHECK_MS, () => void this.#recheck()),
    ];
  }

  stop() {
    for (const timer of this.#timers) timer.cancel();
  }

  identify(socket: AppSocket): Promise<Caller | null> {
    const { origin, cookie } = socket.handshake.headers;
    const token: unknown = socket.handshake.auth["token"];
    const authorization = typeof token === "string" && token !== "" ? `Bearer ${token}` : undefined;
    // A cookie counts only on our own pages.
    const own = this.#deps.isOwnOrigin(origin);
    return this.#deps.accounts.callerOf({ authorization, cookie: own ? cookie : undefined });
  }

  admitted(socket: AppSocket) {
    this.#count();
    socket.on("disconnect", () => this.#count());
    socket.use(([event], next) => {
      const [who, most] =
        event === "call:mic"
          ? [`${socket.id} mic`, MAX_SOUNDS_PER_SECOND]
          : [socket.id, MAX_REQUESTS_PER_SECOND];
      const used = (this.#requests.get(who) ?? 0) + 1;
      this.#requests.set(who, used);
      if (used <= most) return next();
      socket.disconnect(true);
    });
  }

  #count() {
    this.#deps.metrics.socketsConnected.set(this.#sockets.of("/").sockets.size);
  }

  #look() {
    this.#requests = new Map();
    for (const socket of this.#sockets.of("/").sockets.values()) {
      if (waitingPackets(socket) > MAX_WAITING_PACKETS) socket.disconnect(true);
    }
  }

  async #recheck() {
    for (const socket of this.#sockets.of("/").sockets.values()) {
      try {
        const caller = await this.identify(socket);
        if (caller === null) socket.disconnect(true);
        else socket.data.caller = caller;
      } catch (error) {
        this.#deps.logger.warn(
          errorFields(error),
          "a socket's session could not be checked; it is tried again",
        );
      }
    }
  }
}

/** The engine's queue of packets that the connection has not taken yet; not in its public types. */
export function waitingPackets(socket: AppSocket): number {
  const queue: unknown = Reflect.get(socket.conn, "writeBuffer");
  return Array.isArray(queue) ? queue.length : 0;
}
