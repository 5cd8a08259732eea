import type { CallEvent } from "#shared/call/events.ts";
import { callEventSchema } from "#shared/call/events.ts";
import type { ClientToServer, ServerToClient, WatchReply } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";

type AppSocket = Socket<ServerToClient, ClientToServer>;

/** Somebody who watches calls as the client does: after each connect it asks for what came after its last event. */
export class JournalWatcher {
  readonly #socket: AppSocket;
  readonly #lists: Map<string, CallEvent[]>;
  connects = 0;

  constructor(baseUrl: string, token: string, callIds: readonly string[]) {
    this.#lists = new Map(callIds.map((callId) => [callId, []]));
    this.#socket = io(baseUrl, {
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      auth: { token },
    });
    this.#socket.on("connect", () => {
      this.connects += 1;
      for (const callId of callIds) this.#ask(callId);
    });
    // Without the `callId` that every message carries.
    this.#socket.on("call:event", (pushed) => this.#take(pushed.callId, [callEventSchema.parse(pushed)]));
  }

  /** What it has of the call, in the order in which it was accepted. */
  seen(callId: string): readonly CallEvent[] {
    return this.#lists.get(callId) ?? [];
  }

  stop(): void {
    this.#socket.disconnect();
  }

  #ask(callId: string): void {
    const after = this.seen(callId).length;
    this.#socket.emit("call:watch", { callId, after }, (reply: WatchReply) => {
      if (reply.ok)
        this.#take(
          callId,
          reply.events.map((event) => callEventSchema.parse(event)),
        );
    });
  }

  #take(callId: string, events: readonly CallEvent[]): void {
    const list = this.#lists.get(callId);
    if (list === undefined) return;
    for (const event of events) {
      if (event.seq === list.length + 1) list.push(event);
      else if (event.seq > list.length + 1) return this.#ask(callId);
    }
  }
}
