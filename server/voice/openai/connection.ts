import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { base64Bytes } from "#server/lib/mulaw.ts";
import { type SlicedDelta, sliceAudioDelta } from "#server/voice/openai/audio-delta.ts";
import {
  endForClose,
  LOST,
  type SessionEnd,
  SILENT,
  TOO_SLOW,
  UNREACHABLE,
} from "#server/voice/openai/faults.ts";
import { readRefusal } from "#server/voice/openai/http-refusal.ts";
import { connect, type NetConnectOpts } from "node:net";
import type OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";
import type { WebSocket } from "ws";

export type ConnectionOptions = {
  readonly client: OpenAI;
  readonly model: string;
  readonly safetyId: string;
  readonly clock: Clock;
  readonly logger: Logger;
};

type ConnectionListener = {
  /** A piece of sound; everything else comes as an `event`. */
  audio(delta: SlicedDelta): void;
  /** One parsed frame. */
  event(raw: unknown): void;
  /** Once. */
  closed(end: SessionEnd): void;
};

const OPEN = 1;
const CLOSED = 3;
/** One handshake that hangs must leave time for another before the 3 s without a voice are over [CL101], however soon somebody picks up. */
const HANDSHAKE_MS = 2500;
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const PING_MS = 10_000;
/** Two pings without any sign of life. */
const MAX_QUIET_PINGS = 2;
const MAX_BUFFERED_BYTES = 256 * 1024;
/** A call whose audio is this far behind is better taken up by a new session. */
const MAX_DROPPED_MS = 5000;
const CLOSE_GRACE_MS = 2000;

const TEXT = { binary: false } as const;
const APPEND_HEAD = '{"type":"input_audio_buffer.append","audio":"';
const APPEND_END = '"}';

/** A buffer, because the socket sends one in a single write, and a string in two. */
function appendMessage(payloadBase64: string): Buffer {
  const message = Buffer.allocUnsafe(APPEND_HEAD.length + payloadBase64.length + APPEND_END.length);
  message.write(APPEND_HEAD, "latin1");
  message.write(payloadBase64, APPEND_HEAD.length, "latin1");
  message.write(APPEND_END, APPEND_HEAD.length + payloadBase64.length, "latin1");
  return message;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** An `http:` base URL is a peer on this machine: the SDK always says `wss:`, so the bytes under it are made plain. */
function plainConnection(baseUrl: string): { createConnection?: typeof connect } {
  const url = new URL(baseUrl);
  if (url.protocol !== "http:") return {};
  const target = { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80) };
  // The given options carry the handshake's time limit.
  const createConnection = (given: NetConnectOpts) => connect({ ...given, ...target });
  return { createConnection: createConnection as typeof connect };
}

/**
 * One socket to the service through the official SDK: liveness, the bound of the send buffer, and one end with a reason whatever went wrong. No handler
 * may throw into the socket: that would end the process with every call in it.
 */
export class RealtimeConnection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #rt: OpenAIRealtimeWS;
  readonly #heartbeat: Timer;
  #hasEnded = false;
  #hasOpened = false;
  #quietPings = 0;
  #droppedMs = 0;

  /** @throws when the base URL is not one */
  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#rt = new OpenAIRealtimeWS(
      {
        model: options.model,
        options: {
          handshakeTimeout: HANDSHAKE_MS,
          maxPayload: MAX_FRAME_BYTES,
          headers: { "OpenAI-Safety-Identifier": options.safetyId },
          ...plainConnection(options.client.baseURL),
        },
      },
      options.client,
    );
    this.#listen();
    this.#heartbeat = options.clock.every(PING_MS, () => this.#guard(() => this.#ping()));
  }

  send(event: RealtimeClientEvent): void {
    if (this.#rt.socket.readyState === OPEN) this.#rt.send(event);
  }

  /**
   * µ-law, base64, 50 times a second: no object, no JSON. Sound that the socket cannot take is dropped; 5 s of it without a pause end the connection.
   * Returns false when the piece was dropped.
   */
  appendAudio(payloadBase64: string): boolean {
    const { socket } = this.#rt;
    if (socket.readyState !== OPEN || !BASE64.test(payloadBase64)) return false;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      if (this.#droppedMs === 0) this.#options.logger.warn({}, "voice service takes no sound; dropping it");
      this.#droppedMs += base64Bytes(payloadBase64) / MULAW_BYTES_PER_MS;
      if (this.#droppedMs > MAX_DROPPED_MS) this.#end(TOO_SLOW);
      return false;
    }
    if (this.#droppedMs > 0) {
      this.#options.logger.warn({ droppedMs: this.#droppedMs }, "voice service takes sound again");
      this.#droppedMs = 0;
    }
    this.#guard(() => socket.send(appendMessage(payloadBase64), TEXT));
    return true;
  }

  /** Idempotent; no listener call after it. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#heartbeat.cancel();
    this.#guard(() => this.#rt.close());
    const { socket } = this.#rt;
    if (socket.readyState === CLOSED) return;
    const grace = this.#options.clock.after(CLOSE_GRACE_MS, () => this.#guard(() => socket.terminate()));
    socket.once("close", () => grace.cancel());
  }

  #listen(): void {
    const { socket } = this.#rt;
    this.#sliceSound(socket);
    this.#rt.on("event", (event) => this.#guard(() => this.#onEvent(event)));
    // Server errors come as events as well; transport errors are followed by the socket's end. Without a listener the process would end.
    this.#rt.on("error", (error) =>
      this.#guard(() => {
        if (!error.error) this.#options.logger.debug(errorFields(error.cause), "voice socket fault");
      }),
    );
    socket.on("open", () => (this.#hasOpened = true));
    socket.on("pong", () => (this.#quietPings = 0));
    socket.on("close", (_code, reason) =>
      this.#guard(() => this.#end(this.#hasOpened ? endForClose(reason.toString()) : UNREACHABLE)),
    );
    socket.on("unexpected-response", (request, response) =>
      this.#guard(() =>
        readRefusal(response, this.#options.clock, (end) => {
          request.destroy();
          this.#end(end);
        }),
      ),
    );
  }

  /** Sound is cut out before the SDK would parse it; every other frame is the SDK's, as it would be without us. */
  #sliceSound(socket: WebSocket): void {
    const parsers = socket.listeners("message");
    socket.removeAllListeners("message");
    socket.on("message", (data, isBinary) => {
      const delta = !isBinary && Buffer.isBuffer(data) ? sliceAudioDelta(data) : null;
      if (delta === null) for (const parse of parsers) parse.call(socket, data, isBinary);
      else this.#guard(() => this.#onSound(delta));
    });
  }

  #onSound(delta: SlicedDelta): void {
    this.#quietPings = 0;
    if (!this.#hasEnded) this.#listener.audio(delta);
  }

  #onEvent(event: unknown): void {
    this.#quietPings = 0;
    if (!this.#hasEnded) this.#listener.event(event);
  }

  #ping(): void {
    if (this.#rt.socket.readyState !== OPEN) return;
    if (this.#quietPings >= MAX_QUIET_PINGS) {
      this.#end(SILENT);
      return;
    }
    this.#quietPings += 1;
    this.#rt.socket.ping();
  }

  #end(end: SessionEnd): void {
    if (this.#hasEnded) return;
    this.close();
    this.#listener.closed(end);
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#options.logger.error(errorFields(error), "voice connection handler failed");
      this.#end(LOST);
    }
  }
}
