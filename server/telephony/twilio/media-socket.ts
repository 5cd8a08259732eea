import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { TelephonyEvents } from "#server/telephony/telephony.ts";
import {
  type MediaMessage,
  readMediaMessage,
  type StreamStart,
} from "#server/telephony/twilio/media-messages.ts";
import type { Wire } from "#server/telephony/twilio/media-outbox.ts";
import { TwilioMediaStream } from "#server/telephony/twilio/media-stream.ts";
import type { RawData, WebSocket } from "ws";

const START_DEADLINE_MS = 5_000;
/** How long the other side may take to answer our close frame. */
const CLOSE_DEADLINE_MS = 2_000;
/** More nonsense than this within the window ends the stream (reliability T20). */
const MALFORMED_LIMIT = 20;
const MALFORMED_WINDOW_MS = 10_000;
/** Messages that may come at once, e.g. half a minute of audio after a network stall; refilled by each heartbeat. */
const CREDIT_LIMIT = 1_500;
const CREDIT_PER_BEAT = 600;
/** Heartbeats without any sign of life until the socket counts as dead. */
const SILENT_BEATS_LIMIT = 3;

const CLOSE_NORMAL = 1000;
const CLOSE_UNREADABLE = 1003;
const CLOSE_REFUSED = 1008;

export type MediaSocketContext = {
  /** A socket is gone; so many audio messages of it were dropped. For the counter. */
  onDropped?: (messages: number) => void;
  accountSid: string;
  events: Pick<TelephonyEvents, "streamOpened">;
  clock: Clock;
  logger: Logger;
  counts: MediaCounts;
};

/** Since the start of the process, for metrics. */
export type MediaCounts = {
  /** Handshakes refused with 403. */
  refused: number;
  malformed: number;
  /** Audio messages dropped in either direction. */
  droppedAudio: number;
};

/**
 * One admitted socket, from the upgrade to its end: waits for `start`, then feeds the stream. The listeners are attached in the constructor,
 * which runs in the same tick as the upgrade, so no frame is missed.
 */
export class MediaSocket {
  readonly #socket: WebSocket;
  readonly #wire: Wire;
  readonly #context: MediaSocketContext;
  readonly #admitted: { attemptId: string; token: string };
  readonly #startTimer: Timer;
  #stream: TwilioMediaStream | null = null;
  #credit = CREDIT_LIMIT;
  #malformedAt: number[] = [];
  #isAlive = true;
  #silentBeats = 0;
  #isClosing = false;

  constructor(
    socket: WebSocket,
    wire: Wire,
    admitted: { attemptId: string; token: string },
    context: MediaSocketContext,
    onGone: (gone: MediaSocket) => void,
  ) {
    this.#socket = socket;
    this.#wire = wire;
    this.#admitted = admitted;
    this.#context = context;
    socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    socket.on("error", () => this.#log("a media socket failed"));
    socket.on("close", () => {
      this.#startTimer.cancel();
      this.#stream?.end("lost");
      const dropped = this.#stream?.droppedAudio() ?? 0;
      context.counts.droppedAudio += dropped;
      context.onDropped?.(dropped);
      onGone(this);
    });
    this.#startTimer = context.clock.after(START_DEADLINE_MS, () => this.close(CLOSE_REFUSED));
  }

  /** Asks the other side to part and makes sure that it does. */
  close(code = CLOSE_NORMAL): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#socket.close(code);
    const force = this.#context.clock.after(CLOSE_DEADLINE_MS, () => this.#socket.terminate());
    this.#socket.once("close", () => force.cancel());
  }

  /** Called regularly: pings, refills the flood credit, and ends a socket that shows no sign of life. */
  beat(): void {
    this.#credit = Math.min(CREDIT_LIMIT, this.#credit + CREDIT_PER_BEAT);
    this.#silentBeats = this.#isAlive ? 0 : this.#silentBeats + 1;
    this.#isAlive = false;
    if (this.#silentBeats >= SILENT_BEATS_LIMIT) {
      this.#log("a media socket fell silent");
      this.#socket.terminate();
      return;
    }
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    this.#credit -= 1;
    if (this.#credit < 0) return this.close(CLOSE_REFUSED);
    if (this.#isClosing) return;
    const message =
      isBinary || !Buffer.isBuffer(data) ? null : readMediaMessage(data, this.#stream?.streamId ?? null);
    if (message === null) return this.#malformed();
    if (this.#stream === null) this.#beforeStart(message);
    else this.#feed(this.#stream, message);
  }

  #beforeStart(message: MediaMessage): void {
    if (message.event === "other") return;
    if (message.event !== "start" || !this.#isOurs(message.start)) return this.close(CLOSE_REFUSED);
    this.#startTimer.cancel();
    this.#stream = new TwilioMediaStream(message.start, {
      socket: this.#socket,
      wire: this.#wire,
      logger: this.#context.logger,
      close: () => this.close(),
      giveUp: (reason) => {
        this.#log("a media stream was given up", reason);
        this.#socket.terminate();
      },
    });
    this.#open(this.#stream);
  }

  #open(stream: TwilioMediaStream): void {
    const { attemptId, token } = this.#admitted;
    try {
      this.#context.events.streamOpened(attemptId, token, stream);
    } catch (error) {
      this.#context.logger.error({ attemptId, ...errorFields(error) }, "a media stream could not be opened");
      this.#socket.terminate();
    }
  }

  #isOurs(start: StreamStart): boolean {
    return (
      start.accountSid === this.#context.accountSid &&
      (start.attemptId === null || start.attemptId === this.#admitted.attemptId)
    );
  }

  #feed(stream: TwilioMediaStream, message: MediaMessage): void {
    switch (message.event) {
      case "media":
        return stream.receiveAudio(message.payload, message.timestampMs);
      case "mark":
        return stream.receiveMark(message.name);
      case "dtmf":
        return stream.receiveKey(message.key);
      case "stop":
        stream.end("stopped");
        return this.close();
      case "start":
        return this.#malformed();
      case "other":
        return undefined;
    }
  }

  #malformed(): void {
    this.#context.counts.malformed += 1;
    const now = this.#context.clock.monotonicMs();
    this.#malformedAt = this.#malformedAt.filter((at) => now - at < MALFORMED_WINDOW_MS);
    this.#malformedAt.push(now);
    if (this.#malformedAt.length > MALFORMED_LIMIT) this.close(CLOSE_UNREADABLE);
  }

  #log(message: string, reason?: string): void {
    this.#context.logger.warn({ attemptId: this.#admitted.attemptId, reason }, message);
  }
}
