import { WebSocket } from "ws";
import { type StreamErrorCode, streamErrorCode } from "#server/sandbox/phone/stream-errors.ts";

export type SocketEvents = {
  /** The server accepted the handshake. Called before any message can arrive. */
  opened(): void;
  text(message: string): void;
  binary(): void;
  /** Once, last. `code` is null when the server closed with a close frame of its own or after `close`. */
  closed(code: StreamErrorCode | null): void;
};

const HANDSHAKE_TIMEOUT_MS = 5000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A server that does not read: beyond this, frames are dropped (and counted). */
const MAX_UNSENT_BYTES = 1024 * 1024;

/** The phone network's end of one media socket. */
export class StreamSocket {
  readonly #socket: WebSocket;
  readonly #events: SocketEvents;
  #error: StreamErrorCode | null = null;
  #droppedFrames = 0;
  #opened = false;

  /** @throws SyntaxError when the address is none */
  constructor(url: string, signature: string, events: SocketEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url, {
      headers: { "x-twilio-signature": signature, "user-agent": "TwilioMediaStreams/1.0" },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    this.#listen();
  }

  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  send(message: unknown): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) this.#droppedFrames++;
    else this.#socket.send(JSON.stringify(message));
  }

  /** Ends the socket the regular way. */
  close(): void {
    if (this.#opened) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  /** Tears the connection as a network failure does: no close frame. */
  tear(): void {
    this.#socket.terminate();
  }

  /** Stops or resumes reading, as a frozen peer does. */
  freeze(frozen: boolean): void {
    if (frozen) this.#socket.pause();
    else this.#socket.resume();
  }

  #listen(): void {
    this.#socket.on("open", () => {
      this.#opened = true;
      this.#events.opened();
    });
    this.#socket.on("message", (data, isBinary) => {
      if (isBinary) this.#events.binary();
      else this.#events.text(data.toString());
    });
    this.#socket.on("unexpected-response", () => {
      this.#error = 31_920;
      this.#socket.terminate();
    });
    this.#socket.on("error", (error) => {
      this.#error ??= streamErrorCode(error);
    });
    this.#socket.on("close", (code) => {
      // 1006: the connection ended without a close frame.
      const torn = this.#opened && code === 1006 ? 31_903 : null;
      this.#events.closed(this.#error ?? torn);
    });
  }
}
