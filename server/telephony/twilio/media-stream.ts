import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { MediaListener, MediaStream } from "#server/telephony/telephony.ts";
import { isBase64 } from "#server/telephony/twilio/media-messages.ts";
import { MediaOutbox, type Wire } from "#server/telephony/twilio/media-outbox.ts";
import { WebSocket } from "ws";

/** Frames kept for a listener that is not there yet: 5 s. */
const EARLY_LIMIT = 250;

/** What the socket around it does for a stream. */
type StreamHost = {
  socket: WebSocket;
  wire: Wire;
  logger: Logger;
  /** Ends the socket in order. */
  close(): void;
  /** Ends it at once; the stream is lost. */
  giveUp(reason: "nobody_listens" | "listener_failed"): void;
};

/** One opened media stream. Every call returns at once. */
export class TwilioMediaStream implements MediaStream {
  readonly streamId: string;
  readonly carrierCallId: string;
  readonly #host: StreamHost;
  readonly #outbox: MediaOutbox;
  #listener: MediaListener | null = null;
  #early: ((listener: MediaListener) => void)[] = [];
  #ended: "no" | "byUs" | "yes" = "no";
  /** Audio that never reached a listener or the socket. */
  droppedFrames = 0;

  constructor(ids: { streamId: string; carrierCallId: string }, host: StreamHost) {
    this.streamId = ids.streamId;
    this.carrierCallId = ids.carrierCallId;
    this.#host = host;
    this.#outbox = new MediaOutbox(host.socket, host.wire, ids.streamId);
  }

  listen(listener: MediaListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const deliver of early) this.#guarded(deliver, listener);
  }

  sendAudio(payloadBase64: string): void {
    if (!this.#isOpen()) return;
    if (!isBase64(payloadBase64)) {
      this.droppedFrames += 1;
      return;
    }
    this.#kept(this.#outbox.audio(payloadBase64));
  }

  sendMark(name: string): void {
    if (this.#isOpen()) this.#kept(this.#outbox.mark(name));
  }

  clear(): void {
    if (this.#isOpen()) this.#kept(this.#outbox.clear());
  }

  close(reason: string): void {
    if (this.#ended !== "no") return;
    this.#ended = "byUs";
    this.#host.logger.debug({ streamId: this.streamId, reason }, "a media stream is closed by us");
    this.#host.close();
  }

  bufferedBytes(): number {
    return this.#outbox.bufferedBytes();
  }

  droppedAudio(): number {
    return this.droppedFrames + this.#outbox.droppedAudio;
  }

  receiveAudio(payload: string, timestampMs: number): void {
    if (this.#ended !== "no") return;
    if (this.#listener === null) this.#keep((listener) => listener.audio(payload, timestampMs));
    else {
      try {
        this.#listener.audio(payload, timestampMs);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  receiveMark(name: string): void {
    this.#deliver((listener) => listener.markPlayed(name));
  }

  receiveKey(key: string): void {
    this.#deliver((listener) => listener.keyPressed(key));
  }

  /** The carrier's stop, or the end of the socket; only the first counts, and our own close makes it orderly. */
  end(how: "stopped" | "lost"): void {
    if (this.#ended === "yes") return;
    const said = this.#ended === "byUs" ? "stopped" : how;
    this.#ended = "yes";
    const deliver = (listener: MediaListener) => listener.closed(said);
    if (this.#listener === null) this.#keep(deliver);
    else this.#guarded(deliver, this.#listener);
  }

  #deliver(deliver: (listener: MediaListener) => void): void {
    if (this.#ended !== "no") return;
    if (this.#listener === null) this.#keep(deliver);
    else this.#guarded(deliver, this.#listener);
  }

  #keep(deliver: (listener: MediaListener) => void): void {
    this.#early.push(deliver);
    if (this.#early.length <= EARLY_LIMIT) return;
    this.#early.shift();
    this.droppedFrames += 1;
  }

  #guarded(deliver: (listener: MediaListener) => void, listener: MediaListener): void {
    try {
      deliver(listener);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A bug in a listener costs its call, not the process. */
  #failed(error: unknown): void {
    this.#host.logger.error({ streamId: this.streamId, ...errorFields(error) }, "a media listener failed");
    this.#host.giveUp("listener_failed");
  }

  #kept(wasKept: boolean): void {
    if (!wasKept) this.#host.giveUp("nobody_listens");
  }

  #isOpen(): boolean {
    return this.#ended === "no" && this.#host.socket.readyState === WebSocket.OPEN;
  }
}
