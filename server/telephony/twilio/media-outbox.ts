import type { WebSocket } from "ws";

/** What the socket itself may hold: about 4 s of audio on its way to a slow reader. */
const SOCKET_CAP_BYTES = 64 * 1024;
/** What waits behind it. A burst of a fast voice model fits; a dead reader costs at most both together. */
const QUEUE_CAP_BYTES = 128 * 1024;

const TEXT = { binary: false, compress: false } as const;

/** The bare socket under a WebSocket. */
export type Wire = { cork(): void; uncork(): void };

type Waiting = { kind: "audio" | "mark" | "clear"; bytes: Buffer };

/**
 * The way out of a media socket. Messages go straight to the socket while it keeps up, otherwise into a bounded queue that follows as the
 * socket drains. When the queue is full the oldest audio is dropped and counted; marks and clears keep their order and are not dropped
 * (a queue of nothing but them means that nobody listens: `add` answers false).
 */
export class MediaOutbox {
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  #isHeld = false;
  readonly #head: Buffer;
  readonly #streamId: string;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  droppedAudio = 0;

  constructor(socket: WebSocket, wire: Wire, streamId: string) {
    this.#socket = socket;
    this.#wire = wire;
    this.#streamId = streamId;
    this.#head = Buffer.from(`{"event":"media","streamSid":"${streamId}","media":{"payload":"`, "latin1");
  }

  /** `payload` must be base64: it is copied into the message as it is. */
  audio(payload: string): boolean {
    const head = this.#head.length;
    const bytes = Buffer.allocUnsafe(head + payload.length + 3);
    this.#head.copy(bytes);
    bytes.write(payload, head, "latin1");
    bytes.write('"}}', head + payload.length, "latin1");
    return this.#add({ kind: "audio", bytes });
  }

  mark(name: string): boolean {
    return this.#add({
      kind: "mark",
      bytes: this.#message("mark", `,"mark":{"name":${JSON.stringify(name)}}`),
    });
  }

  /** Audio that still waits here will never be heard either. */
  clear(): boolean {
    const kept = this.#waiting.filter(({ kind }) => kind !== "audio");
    const clear: Waiting = { kind: "clear", bytes: this.#message("clear", "") };
    if (kept.length === 0) {
      this.#waiting = [];
      this.#waitingBytes = 0;
      return this.#add(clear);
    }
    this.#waiting = [clear, ...kept.filter(({ kind }) => kind === "mark")];
    this.#waitingBytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return this.#waitingBytes <= QUEUE_CAP_BYTES;
  }

  bufferedBytes(): number {
    return this.#socket.bufferedAmount + this.#waitingBytes;
  }

  #message(event: string, rest: string): Buffer {
    return Buffer.from(`{"event":"${event}","streamSid":"${this.#streamId}"${rest}}`, "utf8");
  }

  #add(message: Waiting): boolean {
    if (this.#waiting.length === 0 && this.#socket.bufferedAmount <= SOCKET_CAP_BYTES) {
      this.#send(message.bytes);
      return true;
    }
    this.#waiting.push(message);
    this.#waitingBytes += message.bytes.length;
    while (this.#waitingBytes > QUEUE_CAP_BYTES) {
      const oldest = this.#waiting.findIndex(({ kind }) => kind === "audio");
      const dropped = oldest === -1 ? undefined : this.#waiting.splice(oldest, 1)[0];
      if (dropped === undefined) return false;
      this.#waitingBytes -= dropped.bytes.length;
      this.droppedAudio += 1;
    }
    return true;
  }

  /**
   * Only a send that may leave the socket above its half asks to be told when it went out. That is enough: the socket can only be above its
   * cap while such a send is still on its way.
   */
  #send(bytes: Buffer): void {
    this.#holdTogether();
    if (this.#socket.bufferedAmount + bytes.length <= SOCKET_CAP_BYTES / 2) this.#socket.send(bytes, TEXT);
    else this.#socket.send(bytes, TEXT, this.#drain);
  }

  /** The voice model's bursts become many messages: what is sent in one turn of the event loop goes to the network in one write. */
  #holdTogether(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#wire.cork();
    process.nextTick(() => {
      this.#isHeld = false;
      this.#wire.uncork();
    });
  }

  readonly #drain = (error?: Error | null): void => {
    if (error) return;
    while (this.#waiting.length > 0 && this.#socket.bufferedAmount <= SOCKET_CAP_BYTES / 2) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#waitingBytes -= next.bytes.length;
      this.#send(next.bytes);
    }
  };
}
