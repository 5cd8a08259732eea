import { createServer, type Server, type Socket } from "node:net";
import { MAX_MESSAGE_BYTES } from "#server/database/embedded/commands/handshake.ts";
import type { Request, ServerState } from "#server/database/embedded/commands/request.ts";
import { isRead, runCommand } from "#server/database/embedded/commands/table.ts";
import { errorReply, toServerError } from "#server/database/embedded/errors.ts";
import type { Doc } from "#server/database/embedded/values/value.ts";
import { FrameReader } from "#server/database/embedded/wire/frames.ts";
import { decodeMessage, encodeReply, type Message } from "#server/database/embedded/wire/messages.ts";

const MAX_CONNECTIONS = 1_000;
/** A client that does not read its replies is not read from either beyond this. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

/** `forget` takes back that a numbered write was remembered for repetitions. */
type Answer = {
  socket: Socket;
  message: Message;
  connectionId: number;
  reply: Doc;
  forget?: (() => void) | undefined;
};

/**
 * Serves the wire protocol on loopback. Commands run as they arrive; at the end of the event-loop turn one
 * commit makes them durable, then every reply of the turn is sent (reads too: they may have seen the turn's
 * writes), then the changes are published.
 */
export class WireServer {
  readonly #state: ServerState;
  readonly #report: (message: string) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn: Answer[] = [];
  #isTurnOpen = false;
  #nextConnection = 0;
  #nextReply = 0;

  /** `report` is told about faults of the listener itself, in constant words. */
  constructor(state: ServerState, report: (message: string) => void) {
    this.#state = state;
    this.#report = report;
    state.endTurn = () => this.endTurn();
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens on 127.0.0.1; port 0 picks a free one. Returns the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: "127.0.0.1", port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", () => this.#report("The built-in database could not accept a connection."));
        resolve();
      });
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port.");
    return address.port;
  }

  #accept(socket: Socket): void {
    if (!isLoopback(socket.remoteAddress)) {
      socket.destroy();
      return;
    }
    this.#nextConnection += 1;
    const connectionId = this.#nextConnection;
    const reader = new FrameReader(MAX_MESSAGE_BYTES);
    this.#sockets.add(socket);
    socket.on("data", (chunk: Buffer) => this.#receive(socket, reader, chunk, connectionId));
    socket.on("drain", () => socket.resume());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #receive(socket: Socket, reader: FrameReader, chunk: Buffer, connectionId: number): void {
    try {
      for (const buffer of reader.push(chunk)) this.#handle(socket, decodeMessage(buffer), connectionId);
    } catch {
      // Whatever this client sends next cannot be trusted to begin at a message; others are not affected.
      socket.destroy();
    }
  }

  #handle(socket: Socket, message: Message, connectionId: number): void {
    const request: Request = { ...message.request, connectionId };
    const reply = runCommand(request, this.#state);
    this.#openTurn();
    if (reply instanceof Promise) {
      reply.then(
        (later) => this.#answer({ socket, message, connectionId, reply: later }),
        (error: unknown) =>
          this.#answer({ socket, message, connectionId, reply: errorReply(toServerError(error)) }),
      );
    } else {
      const forget = this.#state.retries.keep(request, reply);
      this.#answer({ socket, message, connectionId, reply, forget });
    }
  }

  #answer(answer: Answer): void {
    this.#turn.push(answer);
    this.#openTurn();
  }

  #openTurn(): void {
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    setImmediate(() => this.endTurn());
  }

  /** Commits, answers, publishes. */
  endTurn(): void {
    this.#isTurnOpen = false;
    const answers = this.#turn;
    this.#turn = [];
    let failure: Doc | undefined;
    try {
      this.#state.engine.endTurn();
    } catch (error) {
      failure = errorReply(toServerError(error));
    }
    for (const answer of answers)
      this.#send(answer, failure ? this.#afterFailure(answer, failure) : answer.reply);
    this.#state.engine.publishChanges();
  }

  /** The turn was undone: its writes get the error; its reads, which may have seen those writes, are done again. */
  #afterFailure({ message, connectionId, forget }: Answer, failure: Doc): Doc {
    forget?.();
    if (!isRead(message.request)) return failure;
    const again = runCommand({ ...message.request, connectionId }, this.#state);
    return again instanceof Promise ? failure : again;
  }

  #send({ socket, message }: Answer, reply: Doc): void {
    if (!message.wantsReply || socket.destroyed) return;
    this.#nextReply = (this.#nextReply + 1) & 0x7fffffff;
    const isDrained = socket.write(this.#encode(message, reply));
    if (!isDrained && socket.writableLength > MAX_UNREAD_BYTES) socket.pause();
  }

  #encode(message: Message, reply: Doc): Buffer {
    try {
      return encodeReply(message, this.#nextReply, reply);
    } catch (error) {
      return encodeReply(message, this.#nextReply, errorReply(toServerError(error)));
    }
  }

  /** Stops accepting, answers what was asked, and lets go of every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.endTurn();
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}
