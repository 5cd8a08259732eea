import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { timingSafeEqual } from "node:crypto";

/** What an upgrade request becomes. */
export type Verdict =
  | { kind: "accept"; model: string; isBeta: boolean }
  | { kind: "refuse"; status: number; code: string; message: string };

const KEY_PROTOCOL = "openai-insecure-api-key.";

/** The subprotocol browsers must speak; servers name none. */
export const REALTIME_PROTOCOL = "realtime";

const refuse = (status: number, code: string, message: string): Verdict => ({
  kind: "refuse",
  status,
  code,
  message,
});

function keyOf(request: IncomingMessage): string | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (bearer) return bearer;
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return offered.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length) ?? null;
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Why a request with these headers may not come in, or null. */
export function keyProblem(
  request: IncomingMessage,
  apiKey: string,
): { code: string; message: string } | null {
  const key = keyOf(request);
  if (key === null) return { code: "missing_api_key", message: "You didn't provide an API key." };
  return isSame(key, apiKey) ? null : { code: "invalid_api_key", message: "Incorrect API key provided." };
}

/** The service's JSON error body. */
export function httpErrorBody(status: number, code: string, message: string) {
  return {
    error: { message, type: status >= 500 ? "server_error" : "invalid_request_error", param: null, code },
  };
}

export const isKnownModel = (model: string): boolean => model.startsWith("gpt-realtime");

/** Judges the upgrade of `/v1/realtime`: the key first, then exactly one of `model`, `intent` and `call_id`. */
export function judgeUpgrade(request: IncomingMessage, apiKey: string): Verdict {
  const problem = keyProblem(request, apiKey);
  if (problem) return refuse(401, problem.code, problem.message);
  const query = new URL(request.url ?? "", "http://sandbox").searchParams;
  const given = ["model", "intent", "call_id"].filter((name) => query.has(name));
  if (given.length !== 1) {
    return refuse(400, "invalid_request", "Give exactly one of 'model', 'intent' and 'call_id'.");
  }
  const model = query.get("model");
  if (model === null) return refuse(400, "unsupported", "The sandbox serves sessions with a model only.");
  if (!isKnownModel(model)) return refuse(404, "model_not_found", "The model does not exist.");
  return { kind: "accept", model, isBeta: request.headers["openai-beta"] !== undefined };
}

/** Answers an upgrade with a status and the service's JSON error body, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: number, code: string, message: string): void {
  const body = JSON.stringify(httpErrorBody(status, code, message));
  const retry = status === 429 || status === 503 ? "Retry-After: 1\r\n" : "";
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nContent-Type: application/json\r\n${retry}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
