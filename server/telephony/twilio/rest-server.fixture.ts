import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const ACCOUNT_SID = `AC${"0".repeat(32)}`;
export const AUTH_TOKEN = "test-auth-token";
export const CALL_SID = `CA${"1".repeat(32)}`;
export const TO = "+14155550123";
export const FROM = "+14155550100";

type SeenRequest = { method: string; path: string; form: URLSearchParams };
export type Reply = (response: ServerResponse, request: SeenRequest) => void;

export function json(status: number, body: unknown): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

export function callResource(overrides: Record<string, unknown> = {}) {
  return {
    sid: CALL_SID,
    account_sid: ACCOUNT_SID,
    to: TO,
    from: FROM,
    status: "queued",
    duration: null,
    price: null,
    price_unit: "USD",
    date_created: "Mon, 23 Nov 2026 21:00:01 +0000",
    ...overrides,
  };
}

/** Twilio's error body, with its habit of quoting the number in the message. */
export function twilioError(status: number, code: number): Reply {
  return json(status, {
    code,
    message: `The number ${TO} cannot be used`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  });
}

/** A REST server that answers each request with the next of the given replies (the last one again and again). */
export async function startRestServer(...replies: Reply[]) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readForm(request).then((form) => {
      const reply = replies[Math.min(seen.length, replies.length - 1)];
      const asked = { method: request.method ?? "", path: request.url ?? "", form };
      seen.push(asked);
      reply?.(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    port,
    seen,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}
