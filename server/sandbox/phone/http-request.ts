import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "#server/lib/clock.ts";

export type HttpReply = {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
};

/** Why no whole reply came. `connection` is the only class that proves the request was not processed. */
export type HttpFailureKind = "connection" | "timeout" | "reset" | "too-large";

export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: HttpFailureKind;
  /** The system's code, such as ECONNREFUSED; empty when there is none. */
  readonly systemCode: string;

  constructor(kind: HttpFailureKind, systemCode: string) {
    super(`The request failed: ${kind} ${systemCode}`.trim());
    this.kind = kind;
    this.systemCode = systemCode;
  }
}

export type HttpRequest = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with POST only. */
  readonly body: string;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxBodyBytes: number;
};

const CONNECT_CODES = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];

function failureOf(error: NodeJS.ErrnoException): HttpFailure {
  const code = error.code ?? "";
  const refused = CONNECT_CODES.includes(code) || code.startsWith("ERR_TLS") || code.startsWith("CERT_");
  return new HttpFailure(refused ? "connection" : "reset", code);
}

/**
 * One HTTP request on a connection of its own; redirects are replies like any other.
 * @throws HttpFailure, and TypeError for an address that is none
 */
export function requestOnce(clock: Clock, asked: HttpRequest): Promise<HttpReply> {
  const url = new URL(asked.url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: asked.method, headers: asked.headers, agent: false });
    const giveUp = (kind: HttpFailureKind) => outgoing.destroy(new HttpFailure(kind, ""));
    const connecting = clock.after(asked.connectTimeoutMs, () => giveUp("connection"));
    const total = clock.after(asked.totalTimeoutMs, () => giveUp("timeout"));
    outgoing.on("socket", (socket) => {
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => connecting.cancel());
    });
    outgoing.on("close", () => {
      connecting.cancel();
      total.cancel();
    });
    outgoing.on("error", (error) => reject(error instanceof HttpFailure ? error : failureOf(error)));
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > asked.maxBodyBytes) giveUp("too-large");
      });
      incoming.on("error", (error) => reject(error instanceof HttpFailure ? error : failureOf(error)));
      incoming.on("end", () => {
        const contentType = incoming.headers["content-type"] ?? null;
        resolve({ status: incoming.statusCode ?? 0, contentType, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(asked.method === "POST" ? asked.body : undefined);
  });
}
