import type { Accounts } from "#server/accounts/accounts.ts";
import { publicError, sendError, sendInternal } from "#server/http/errors.ts";
import { nameRoute } from "#server/http/request-log.ts";
import express, { type Request as ExpressRequest, type Response as ExpressResponse, Router } from "express";

/** What of the auth library is served; everything else it can do stays closed. */
const OPEN_ROUTES = new Set([
  "POST /sign-up/email",
  "POST /sign-in/email",
  "POST /sign-out",
  "GET /get-session",
  "POST /send-verification-email",
  "GET /verify-email",
  "POST /request-password-reset",
  "POST /reset-password",
  "POST /change-password",
  "GET /list-sessions",
  "POST /revoke-session",
  "POST /revoke-sessions",
  "POST /revoke-other-sessions",
]);
/** The link in a password mail; its last part is the token. */
const RESET_LINK = /^GET \/reset-password\/[\w-]+$/;

const MAX_BODY_BYTES = 16 * 1024;

/** Mounted at `/api/auth`: hands bounded requests to the auth library under PUBLIC_URL, whatever the Host header says. */
export function createAuthRoutes(accounts: Pick<Accounts, "authHandler">, publicUrl: string): Router {
  const router = Router();
  router.use(express.text({ type: "application/json", limit: MAX_BODY_BYTES }));
  router.use(async (request, response) => {
    nameRoute(response, "auth");
    const route = `${request.method} ${request.path}`;
    if (!OPEN_ROUTES.has(route) && !RESET_LINK.test(route)) return sendError(response, "NOT_FOUND");
    if (!isJson(request.body)) return sendError(response, "INVALID_INPUT");
    await answer(response, await accounts.authHandler(toWebRequest(request, publicUrl)));
  });
  return router;
}

function isJson(body: unknown): boolean {
  if (typeof body !== "string" || body === "") return true;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false; // JSON has no other way to ask.
  }
}

function toWebRequest(request: ExpressRequest, publicUrl: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name)) headers.set(name, String(value));
  }
  // Browsers send all of these. A program that sends some (Node's fetch) is not one, and the library would refuse it for lack of an Origin.
  if (!headers.has("sec-fetch-site")) for (const name of FETCH_HEADERS) headers.delete(name);
  const body: unknown = request.body;
  return new Request(new URL(request.originalUrl, publicUrl), {
    method: request.method,
    headers,
    ...(typeof body === "string" && body !== "" && { body }),
  });
}

const HOP_HEADERS = new Set(["host", "connection", "content-length", "transfer-encoding", "expect"]);

const FETCH_HEADERS = ["sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"];

async function answer(response: ExpressResponse, reply: Response): Promise<void> {
  const text = await reply.text();
  if (reply.status >= 500) return sendInternal(response);
  const isBareError = reply.status >= 400 && !text.startsWith("{");
  for (const [name, value] of reply.headers) {
    if (name !== "set-cookie" && name !== "content-length") response.setHeader(name, value);
  }
  for (const cookie of reply.headers.getSetCookie()) response.append("set-cookie", cookie);
  response.status(reply.status);
  if (isBareError) response.json(publicError(reply.status === 404 ? "NOT_FOUND" : "INVALID_INPUT"));
  else response.send(text);
}
