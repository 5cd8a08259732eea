import type { WebSocket } from "ws";
import type { Ids } from "#server/sandbox/voice-model/ids.ts";
import type { SessionRecord } from "#server/sandbox/voice-model/session-record.ts";
import type { ServerEvent } from "#server/sandbox/voice-model/wire.ts";

const MAX_HELD = 10_000;
/** A client that reads this far behind is cut off, as its audio is worthless by then. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** The way out of a session: numbers the events, sends them, or holds them back while a stall is scripted. */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #ids: Ids;
  readonly #record: SessionRecord;
  #held: string[] | null = null;

  constructor(socket: WebSocket, ids: Ids, record: SessionRecord) {
    this.#socket = socket;
    this.#ids = ids;
    this.#record = record;
  }

  send(event: ServerEvent): void {
    const { type, ...fields } = event;
    this.#record.sent(type);
    this.sendRaw(JSON.stringify({ type, event_id: this.#ids.next("event"), ...fields }));
  }

  /** Sends a frame as it is. Held frames beyond 10 000 drop the oldest. */
  sendRaw(text: string): void {
    if (this.#held) {
      this.#held.push(text);
      if (this.#held.length > MAX_HELD) this.#held.shift();
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) this.#socket.terminate();
    else this.#socket.send(text);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const text of held) this.sendRaw(text);
  }
}
