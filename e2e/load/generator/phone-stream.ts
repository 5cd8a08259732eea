import type { LoadCall } from "#e2e/load/generator/load-call.ts";
import { FRAME_MS } from "#e2e/load/generator/load-call.ts";
import { FrameReader, textFrame } from "#e2e/load/generator/text-frames.ts";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

const PAYLOAD = Buffer.from('"payload":"');

export type StreamIds = { accountSid: string; callSid: string; attemptId: string | null };

/** One media socket as Twilio holds it: 50 frames a second into it, and an ear behind what comes out. */
export class PhoneStream {
  readonly call: LoadCall;
  readonly #ids: StreamIds;
  readonly #socket: Socket;
  readonly #sid = `MZ${randomBytes(16).toString("hex")}`;
  readonly #onClosed: () => void;
  #sequence = 0;
  #startedAtMs = 0;
  #nextAtMs = 0;
  #closed = false;

  private constructor(socket: Socket, call: LoadCall, ids: StreamIds, onClosed: () => void) {
    this.#socket = socket;
    this.#onClosed = onClosed;
    this.call = call;
    this.#ids = ids;
  }

  /** Connects; `signature` as Twilio sends it, or none for a peer that asks for none. */
  static open(
    url: string,
    signature: string | null,
    parts: { call: LoadCall; ids: StreamIds; onClosed: () => void },
  ): Promise<PhoneStream> {
    return new Promise((resolve, reject) => {
      const headers = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
        ...(signature !== null && { "x-twilio-signature": signature }),
      };
      const opening = request(url.replace(/^ws/, "http"), { headers });
      opening.once("error", reject);
      opening.once("response", ({ statusCode }) => reject(new Error(`The media socket got ${statusCode}.`)));
      opening.once("upgrade", (_response, socket: Socket, head) => {
        const stream = new PhoneStream(socket, parts.call, parts.ids, parts.onClosed);
        stream.#begin(head);
        resolve(stream);
      });
      opening.end();
    });
  }

  #begin(head: Buffer): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    const reader = new FrameReader(socket, true, (text) => this.#receive(text));
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#closed = true;
      this.#onClosed();
    });
    if (head.length > 0) reader.push(head);
    const { accountSid, callSid, attemptId } = this.#ids;
    this.#say(`{"event":"connected","protocol":"Call","version":"1.0.0"}`);
    const start = {
      accountSid,
      streamSid: this.#sid,
      callSid,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: attemptId === null ? {} : { attemptId },
    };
    this.#event("start", `,"start":${JSON.stringify(start)}`);
    this.#startedAtMs = performance.now();
    // Calls are spread over the 20 ms, as they are in life.
    this.#nextAtMs = this.#startedAtMs + Math.random() * FRAME_MS;
  }

  /** Sends what is due: every frame that time asks for, and the marks that were played. */
  tick(nowMs: number): void {
    if (this.#closed) return;
    while (nowMs >= this.#nextAtMs) {
      this.#nextAtMs += FRAME_MS;
      const { payload, number } = this.call.nextFrame(performance.now());
      const timestamp = Math.round((number + 1) * FRAME_MS);
      const media = `{"track":"inbound","chunk":"${number + 1}","timestamp":"${timestamp}","payload":"${payload}"}`;
      this.#sequence += 1;
      this.#say(
        `{"event":"media","sequenceNumber":"${this.#sequence}","media":${media},"streamSid":"${this.#sid}"}`,
      );
    }
    this.#sendMarks(this.call.ear.playedMarks(nowMs));
  }

  /** The person hangs up. */
  stop(): void {
    if (this.#closed) return;
    const { accountSid, callSid } = this.#ids;
    this.#event("stop", `,"stop":{"accountSid":"${accountSid}","callSid":"${callSid}"}`);
    this.#closed = true;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(text: Buffer): void {
    const nowMs = performance.now();
    const from = text.indexOf(PAYLOAD);
    if (from !== -1)
      return this.call.heardAgent(
        text.subarray(from + PAYLOAD.length, text.indexOf(0x22, from + PAYLOAD.length)),
        nowMs,
      );
    const message = JSON.parse(text.toString("utf8")) as { event: string; mark?: { name: string } };
    if (message.event === "clear") this.#sendMarks(this.call.clear(nowMs));
    if (message.event === "mark") this.call.mark(message.mark?.name ?? "", nowMs);
  }

  #sendMarks(names: string[]): void {
    for (const name of names) this.#event("mark", `,"mark":{"name":${JSON.stringify(name)}}`);
  }

  #event(event: string, rest: string): void {
    this.#sequence += 1;
    this.#say(`{"event":"${event}","sequenceNumber":"${this.#sequence}","streamSid":"${this.#sid}"${rest}}`);
  }

  #say(text: string): void {
    if (!this.#closed) this.#socket.write(textFrame(text, true));
  }
}
