import { randomInt } from "node:crypto";
import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import type { CallLog } from "#server/sandbox/phone/call-log.ts";
import type { FarEnd } from "#server/sandbox/phone/line.ts";
import { Playback } from "#server/sandbox/phone/playback.ts";
import { newSid } from "#server/sandbox/phone/sids.ts";
import { signatureOf } from "#server/sandbox/phone/signature.ts";
import type { StreamErrorCode } from "#server/sandbox/phone/stream-errors.ts";
import { parseStreamMessage, type StreamCommand } from "#server/sandbox/phone/stream-messages.ts";
import { StreamSocket } from "#server/sandbox/phone/stream-socket.ts";

/** Why a stream is over. `server`: the customer's server closed it; `call`: the call ended or moved on. */
export type StreamEnd =
  | { readonly by: "server"; readonly clean: boolean }
  | { readonly by: "call" }
  | { readonly by: "failure"; readonly code: StreamErrorCode };

export type StreamOptions = {
  readonly accountSid: string;
  readonly callSid: string;
  readonly authToken: string;
  /** Absolute ws: or wss: address without query; exactly what is dialled and signed. */
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly log: CallLog;
  /** The server took away what was queued, or what it would have sent next. */
  readonly onClear: () => void;
  readonly onOpen: () => void;
  /** An error that does not end the stream; once per code. */
  readonly onError: (code: StreamErrorCode) => void;
};

/** The first frame's timestamp: streams need not start at 0. */
const FIRST_TIMESTAMP_MS = 5;
const MAX_HELD_FRAMES = 500;

/**
 * One bidirectional media stream (Twilio's wire protocol): frames of the mouth go out every 20 ms, audio that
 * comes in is queued and played to the ear in real time. One socket, no reconnect.
 */
export class MediaStream implements FarEnd {
  readonly sid = newSid("MZ");
  readonly #options: StreamOptions;
  readonly #playback = new Playback((name) => this.#send("mark", { mark: { name } }));
  readonly #reported = new Set<StreamErrorCode>();
  readonly #ended = Promise.withResolvers<StreamEnd>();
  #socket: StreamSocket | null = null;
  #state: "connecting" | "open" | "over" = "connecting";
  #sequence = 0;
  #chunk = 0;
  #timestampMs = FIRST_TIMESTAMP_MS;
  /** Frames to swallow (a gap) or to keep back (a burst follows), both for tests. */
  #gapFrames = 0;
  #holdFrames = 0;
  #held: Uint8Array[] = [];
  /** The most frames that are kept back before they go out together, a different number each time. */
  #jitterFrames = 0;
  /** The network carries nothing any more, in neither direction, and nobody is told. */
  #isCut = false;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Dials the server; resolves when the stream is over. Never rejects. */
  async run(): Promise<StreamEnd> {
    const { authToken, url } = this.#options;
    try {
      this.#socket = new StreamSocket(url, signatureOf(authToken, url, new URLSearchParams()), {
        opened: () => this.#open(),
        text: (message) => this.#command(parseStreamMessage(message, this.sid)),
        binary: () => this.#report(31_950),
        closed: (code) => this.#closed(code),
      });
    } catch {
      // The constructor only throws for an address that is none.
      this.#finish({ by: "failure", code: 31_923 });
    }
    return this.#ended.promise;
  }

  /** The call ended or moves on: says `stop`, then closes. */
  stop(): void {
    if (this.#state === "over") return;
    const { accountSid, callSid } = this.#options;
    if (this.#state === "open") this.#send("stop", { stop: { accountSid, callSid } });
    this.#finish({ by: "call" });
    this.#socket?.close();
  }

  /** The network fails: no `stop`, no close frame. */
  tear(): void {
    this.#socket?.tear();
  }

  freeze(frozen: boolean): void {
    this.#socket?.freeze(frozen);
  }

  /** Nothing gets through any more, while both ends believe in their connection; `mend` ends it. */
  cut(): void {
    this.#isCut = true;
    this.freeze(true);
  }

  /** Ends a freeze and a cut. */
  mend(): void {
    this.#isCut = false;
    this.freeze(false);
  }

  /** Frames of the mouth go out up to `ms` late and together, in order; 0 ends it. */
  jitter(ms: number): void {
    this.#jitterFrames = Math.min(MAX_HELD_FRAMES, Math.floor(ms / MULAW_FRAME_MS));
  }

  /** A second socket for the same stream, which the network never meant to open; nobody listens to it. */
  duplicate(): Promise<StreamEnd> {
    const nothing = () => undefined;
    return new MediaStream({ ...this.#options, onClear: nothing, onOpen: nothing, onError: nothing }).run();
  }

  /** The next `ms` of the mouth are not sent, and their timestamps are skipped. */
  gap(ms: number): void {
    this.#gapFrames = Math.floor(ms / MULAW_FRAME_MS);
  }

  /** The next `ms` of the mouth are kept back, then sent all at once (10 s at most). */
  burst(ms: number): void {
    this.#holdFrames = Math.min(MAX_HELD_FRAMES, Math.floor(ms / MULAW_FRAME_MS));
  }

  key(digit: string): void {
    this.#send("dtmf", { dtmf: { track: "inbound_track", digit } });
  }

  nextFrame(): Uint8Array {
    return this.#playback.nextFrame();
  }

  take(frame: Uint8Array): void {
    if (this.#state !== "open") return;
    if (this.#isCut || this.#gapFrames > 0) {
      this.#gapFrames = Math.max(0, this.#gapFrames - 1);
      this.#timestampMs += MULAW_FRAME_MS;
      return;
    }
    this.#held.push(frame);
    if (this.#holdFrames > 0) this.#holdFrames--;
    if (this.#holdFrames > 0) return;
    for (const held of this.#held) this.#sendMedia(held);
    this.#held = [];
    if (this.#jitterFrames > 0) this.#holdFrames = randomInt(this.#jitterFrames + 1);
  }

  view(): Readonly<Record<string, unknown>> {
    return {
      sid: this.sid,
      url: this.#options.url,
      state: this.#state,
      framesSent: this.#chunk,
      framesDropped: this.#socket?.droppedFrames ?? 0,
      bufferedMs: this.#playback.bufferedMs,
      errors: [...this.#reported],
    };
  }

  #open(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    const { accountSid, callSid, parameters } = this.#options;
    this.#socket?.send({ event: "connected", protocol: "Call", version: "1.0.0" });
    this.#send("start", {
      start: {
        accountSid,
        streamSid: this.sid,
        callSid,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
        customParameters: parameters,
      },
    });
    this.#options.onOpen();
  }

  #sendMedia(frame: Uint8Array): void {
    const chunk = String(++this.#chunk);
    const timestamp = String(this.#timestampMs);
    this.#timestampMs += MULAW_FRAME_MS;
    const payload = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString("base64");
    this.#send("media", { media: { track: "inbound", chunk, timestamp, payload } });
  }

  #send(event: string, content: Readonly<Record<string, unknown>>): void {
    if (this.#state !== "open") return;
    const sequenceNumber = String(++this.#sequence);
    this.#socket?.send({ event, sequenceNumber, ...content, streamSid: this.sid });
  }

  #command(command: StreamCommand): void {
    if (this.#state !== "open") return;
    switch (command.kind) {
      case "media":
        if (!this.#playback.push(command.audio)) this.#report(31_931);
        return;
      case "mark":
        return this.#playback.mark(command.name);
      case "clear":
        this.#options.log.add("stream.cleared", {
          streamSid: this.sid,
          bufferedMs: this.#playback.bufferedMs,
        });
        this.#playback.clear();
        return this.#options.onClear();
      case "invalid":
        return this.#report(31_951);
    }
  }

  #report(code: StreamErrorCode): void {
    if (this.#reported.has(code)) return;
    this.#reported.add(code);
    this.#options.onError(code);
  }

  #closed(code: StreamErrorCode | null): void {
    if (this.#state === "connecting") this.#finish({ by: "failure", code: code ?? 31_920 });
    else this.#finish({ by: "server", clean: code === null });
    if (code !== null) this.#reported.add(code);
  }

  #finish(end: StreamEnd): void {
    this.#state = "over";
    this.#ended.resolve(end);
  }
}
