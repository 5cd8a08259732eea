import { type CallEvent, callEventSchema } from "#shared/call/events.ts";
import type { ClientToServer, ServerToClient } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";

/** Somebody who watches a call as the client does: after each connect, and after a gap, it asks for what came after its last event. */
export class JournalWatcher {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #callId: string;
  readonly #seen: CallEvent[] = [];

  constructor(baseUrl: string, token: string, callId: string) {
    this.#callId = callId;
    this.#socket = io(baseUrl, {
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      auth: { token },
    });
    this.#socket.on("connect", () => this.#ask());
    // Without the `callId` that every message carries.
    this.#socket.on("call:event", (pushed) => this.#take([callEventSchema.parse(pushed)]));
  }

  /** What it has of the call, in the order in which it was accepted. */
  get seen(): readonly CallEvent[] {
    return this.#seen;
  }

  stop(): void {
    this.#socket.disconnect();
  }

  #ask(): void {
    this.#socket.emit("call:watch", { callId: this.#callId, after: this.#seen.length }, (reply) => {
      if (reply.ok) this.#take(reply.events.map((event) => callEventSchema.parse(event)));
    });
  }

  #take(events: readonly CallEvent[]): void {
    for (const event of events) {
      if (event.seq === this.#seen.length + 1) this.#seen.push(event);
      else if (event.seq > this.#seen.length + 1) return this.#ask();
    }
  }
}
