import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import twilio from "twilio";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { type Clock, systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { Inbox } from "#server/telephony/inbox.fixture.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import { attachTwilioMedia } from "#server/telephony/twilio/media-server.ts";
import { ACCOUNT_SID, AUTH_TOKEN, CALL_SID } from "#server/telephony/twilio/rest-server.fixture.ts";

export const STREAM_SID = `MZ${"a1".repeat(16)}`;
export const PATH = "/twilio/media/att_1/token1";

/** A clock whose timers run when the test says so. */
export function manualClock() {
  const due: { task: () => void; delayMs: number; repeats: boolean; cancelled: boolean }[] = [];
  let nowMs = 0;
  const add = (delayMs: number, task: () => void, repeats: boolean) => {
    const entry = { task, delayMs, repeats, cancelled: false };
    due.push(entry);
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  };
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    after: (delayMs, task) => add(delayMs, task, false),
    every: (periodMs, task) => add(periodMs, task, true),
  };
  return {
    clock,
    advance: (byMs: number) => {
      nowMs += byMs;
    },
    /** Runs every timer of exactly this delay that is still set. */
    fire: (delayMs: number) => {
      for (const entry of due.filter((one) => one.delayMs === delayMs && !one.cancelled)) {
        if (!entry.repeats) entry.cancelled = true;
        entry.task();
      }
    },
    pending: (delayMs: number) => due.filter((one) => one.delayMs === delayMs && !one.cancelled).length,
  };
}

/** The path as Twilio signs and dials it: `ws://node.test` is our configured address, the socket itself goes to loopback. */
export function signatureOf(url: string): string {
  return twilio.getExpectedTwilioSignature(AUTH_TOKEN, url, {});
}

export async function startMedia(
  options: {
    clock?: Clock;
    admit?: (attemptId: string, token: string) => Promise<boolean>;
    onStream?: (stream: MediaStream) => void;
  } = {},
) {
  const opened = new Inbox<{ attemptId: string; token: string; stream: MediaStream }>();
  const asked: string[] = [];
  const server = createServer();
  const media = attachTwilioMedia(server, {
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    publicUrl: "http://pub.test",
    nodePublicUrl: "http://node.test",
    events: {
      admitStream: async (attemptId, token) => {
        asked.push(`${attemptId}/${token}`);
        return (await options.admit?.(attemptId, token)) ?? true;
      },
      streamOpened: (attemptId, token, stream) => {
        options.onStream?.(stream);
        opened.push({ attemptId, token, stream });
      },
    },
    clock: options.clock ?? systemClock,
    logger: silentLogger,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    media,
    server,
    opened,
    asked,
    knock: (path?: string, signature?: string) => knock(port, path, signature),
  };
}

/** Knocks like Twilio; resolves with the open socket or with the HTTP status that refused it. */
async function knock(
  port: number,
  path = PATH,
  signature: string | undefined = signatureOf(`ws://node.test${path}`),
): Promise<Phone | number> {
  const headers: Record<string, string> = signature === "" ? {} : { "x-twilio-signature": signature };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false });
  const phone = new Phone(socket);
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(phone));
    socket.once("unexpected-response", (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.once("error", reject);
  });
}

export async function openPhone(started: Awaited<ReturnType<typeof startMedia>>): Promise<Phone> {
  const phone = await started.knock();
  if (typeof phone === "number") throw new Error(`refused with ${phone}`);
  return phone;
}

/** Twilio's end of a media socket. */
export class Phone {
  readonly socket: WebSocket;
  readonly received = new Inbox<Record<string, unknown>>();
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.received.push(JSON.parse(String(data)) as Record<string, unknown>));
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    onTestFinished(() => socket.terminate());
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  start(overrides: Record<string, unknown> = {}): void {
    this.send({ event: "connected", protocol: "Call", version: "1.0.0" });
    const start = {
      accountSid: ACCOUNT_SID,
      streamSid: STREAM_SID,
      callSid: CALL_SID,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: { attemptId: "att_1" },
      ...overrides,
    };
    this.send({ event: "start", sequenceNumber: "1", start, streamSid: STREAM_SID });
  }

  frame(chunk: number, payload: string): void {
    this.send({
      event: "media",
      sequenceNumber: String(chunk + 1),
      media: { track: "inbound", chunk: String(chunk), timestamp: String(chunk * 20), payload },
      streamSid: STREAM_SID,
    });
  }

  stop(): void {
    this.send({ event: "stop", sequenceNumber: "9", stop: {}, streamSid: STREAM_SID });
  }
}
