import { Inbox } from "#server/voice/testing/inbox.ts";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export type ClientEvent = Record<string, unknown> & { type: string };

/** How a handshake is answered: a socket, or an HTTP error. */
export type Handshake = { kind: "accept" } | { kind: "refuse"; status: number; body: string };

/** A Realtime service on loopback that does nothing by itself: tests say what it sends. */
export class ScriptedService {
  readonly received = new Inbox<ClientEvent>();
  readonly handshakes: IncomingMessage[] = [];
  handshake: Handshake = { kind: "accept" };
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #opened = new Inbox<WebSocket>();
  #current: WebSocket | null = null;

  private constructor(http: Server) {
    this.#http = http;
    http.on("upgrade", (request, socket, head) => {
      this.handshakes.push(request);
      const { handshake } = this;
      if (handshake.kind === "refuse") {
        const length = Buffer.byteLength(handshake.body);
        socket.end(
          `HTTP/1.1 ${handshake.status} Refused\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${handshake.body}`,
        );
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (open) => this.#accept(open));
    });
  }

  static async start(): Promise<ScriptedService> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return new ScriptedService(http);
  }

  get baseUrl(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1`;
  }

  /** The socket of the newest session. */
  get socket(): WebSocket {
    if (!this.#current) throw new Error("No session has connected yet.");
    return this.#current;
  }

  connected(): Promise<WebSocket> {
    return this.#opened.next(() => true);
  }

  send(event: unknown): void {
    this.socket.send(typeof event === "string" ? event : JSON.stringify(event));
  }

  next(type: string): Promise<ClientEvent> {
    return this.received.next((event) => event.type === type);
  }

  /** Plays the beginning of a session: `session.created`, the client's configuration, `session.updated`. */
  async greet(): Promise<ClientEvent> {
    await this.connected();
    this.send({ type: "session.created", event_id: "e1", session: {} });
    const update = await this.next("session.update");
    this.send({ type: "session.updated", event_id: "e2", session: {} });
    return update;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #accept(socket: WebSocket): void {
    this.#current = socket;
    socket.on("message", (data) => this.received.push(JSON.parse(String(data))));
    this.#opened.push(socket);
  }
}
