import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Handset, HandsetPage } from "#server/sandbox/handset/handset.ts";
import type { HandsetDesk } from "#server/sandbox/handset/handset-desk.ts";
import { maySteer } from "#server/sandbox/local-only.ts";
import { HANDSET_SAMPLES_MAX, type HandsetOrder, handsetOrderSchema } from "#shared/sandbox/handset-wire.ts";

export const HANDSET_PATH = "/sandbox/phone/socket";

const MAX_MESSAGE_BYTES = 64 * 1024;
/** A page that does not read: beyond this sound is dropped for it. */
const MAX_UNSENT_BYTES = 256 * 1024;
const SAMPLE_BYTES = 2;
/** Close codes: the page broke the protocol; the sandbox ends. */
const POLICY = 1008;
const GOING_AWAY = 1001;

/** One page's connection. */
class PageLink implements HandsetPage {
  readonly #socket: WebSocket;
  readonly #desk: HandsetDesk;
  #handset: Handset | null = null;

  constructor(socket: WebSocket, desk: HandsetDesk) {
    this.#socket = socket;
    this.#desk = desk;
    this.show({ line: { is: "off" }, call: { phase: "none" } });
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("close", () => desk.lose(this.#handset, this));
    // The close that follows is all that matters.
    socket.on("error", () => undefined);
  }

  show(view: Parameters<HandsetPage["show"]>[0]): void {
    this.#socket.send(JSON.stringify(view));
  }

  sound(samples: Int16Array): void {
    if (this.#socket.bufferedAmount < MAX_UNSENT_BYTES) this.#socket.send(samples);
  }

  /** The phone this page has; a page that was replaced has none any more. */
  get #own(): Handset | null {
    return this.#handset?.page === this ? this.#handset : null;
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (isBinary) return this.#hear(bytes);
    const order = handsetOrderSchema.safeParse(jsonOf(bytes));
    if (order.success) this.#obey(order.data);
    else this.#socket.close(POLICY, "This is no order of the browser phone.");
  }

  #hear(bytes: Buffer): void {
    const isSound = bytes.length % SAMPLE_BYTES === 0 && bytes.length <= HANDSET_SAMPLES_MAX * SAMPLE_BYTES;
    if (!isSound) return this.#socket.close(POLICY, "This is no sound of the browser phone.");
    // A copy, because the bytes may begin at an odd place of a shared buffer.
    this.#own?.speakInto(new Int16Array(new Uint8Array(bytes).buffer));
  }

  #obey(order: HandsetOrder): void {
    switch (order.do) {
      case "claim":
        return this.#claim(order.number);
      case "release":
        this.#desk.release(this.#handset, this);
        this.#handset = null;
        return;
      case "say":
        return this.#own?.say(order.text);
      case "press":
        return this.#own?.press(order.key);
      case "answer":
      case "decline":
      case "hangUp":
        return this.#own?.[order.do]();
    }
  }

  #claim(number: string | null): void {
    if (this.#handset && this.#handset.number !== number) this.#desk.release(this.#handset, this);
    this.#handset = null;
    if (number !== null) this.#handset = this.#desk.claim(number, this);
    else
      this.#desk.claimNext(this, (handset) => {
        this.#handset = handset;
      });
  }
}

/** Undefined, which no schema takes, when it is no JSON. */
function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Accepts the sockets of browser phones under {@link HANDSET_PATH}; the returned function ends them. */
export function attachHandsets(httpServer: Server, desk: HandsetDesk): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (new URL(request.url ?? "", "http://sandbox").pathname !== HANDSET_PATH) return;
    socket.on("error", () => socket.destroy());
    if (maySteer(request))
      sockets.handleUpgrade(request, socket, head, (open) => void new PageLink(open, desk));
    else socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
  httpServer.on("upgrade", upgrade);
  return () => {
    httpServer.off("upgrade", upgrade);
    for (const socket of sockets.clients) socket.close(GOING_AWAY, "The sandbox is shutting down.");
  };
}
