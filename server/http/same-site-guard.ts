import { sendError } from "#server/http/errors.ts";
import { isSameOrigin } from "#server/http/web-origin.ts";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Against cross-site requests: whoever shows a cookie and changes something must be a page of ours and must send JSON, which a foreign
 * page's form cannot. A bearer token is never sent by a browser on its own, so those requests are exempt.
 */
export function createSameSiteGuard(publicUrl: string): RequestHandler {
  return (request, response, next) => {
    if (SAFE_METHODS.has(request.method)) return next();
    const { authorization, cookie, origin } = request.headers;
    const byCookie = cookie !== undefined && authorization === undefined;
    const site = request.headers["sec-fetch-site"];
    const isOurPage = origin === undefined ? site === "same-origin" : isSameOrigin(publicUrl, origin);
    if (byCookie && !isOurPage) return sendError(response, "FORBIDDEN");
    if (!hasForeignBody(request)) return next();
    sendError(response, byCookie ? "FORBIDDEN" : "INVALID_INPUT");
  };
}

/** A body that is not JSON. */
function hasForeignBody({ headers }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  const type = headers["content-type"];
  if (!hasBody && type === undefined) return false;
  return !/^application\/json\s*(;|$)/i.test(type ?? "");
}
