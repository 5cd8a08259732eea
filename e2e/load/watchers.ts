import { PROTOCOL_VERSION, type ClientToServer, type ServerToClient } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";

type Watcher = Socket<ServerToClient, ClientToServer>;

/** Everybody who looks on: each business at its own calls, one supervisor at the board. */
export class Watchers {
  readonly #sockets: Watcher[] = [];
  readonly #baseUrl: string;
  /** Messages that reached somebody. */
  received = 0;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async watchCalls(token: string, callIds: string[]): Promise<void> {
    const socket = await this.#connect(token);
    for (const callId of callIds) {
      const reply = await socket.emitWithAck("call:watch", { callId });
      if (!reply.ok) throw new Error(`A call could not be watched: ${reply.code}.`);
    }
  }

  async watchBoard(token: string): Promise<void> {
    const socket = await this.#connect(token);
    const reply = await socket.emitWithAck("board:watch");
    if (!reply.ok) throw new Error(`The board could not be watched: ${reply.code}.`);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #connect(token: string): Promise<Watcher> {
    const auth = { token, protocol: PROTOCOL_VERSION };
    const socket: Watcher = io(this.#baseUrl, { transports: ["websocket"], auth, reconnection: false });
    this.#sockets.push(socket);
    socket.onAny(() => (this.received += 1));
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("connect_error", reject);
    });
    return socket;
  }
}
