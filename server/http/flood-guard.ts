import { publicError } from "#server/http/errors.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import { rateLimit } from "express-rate-limit";
import type { RequestHandler } from "express";

const WINDOW_MS = 60_000;
/** Generous: many people share an address behind a proxy; what is scarce has limits of its own. */
const MAX_PER_WINDOW = 1200;

/**
 * Counts requests that show no credentials, per address and process; sign-in and sign-up, which cost a password hash, also with some.
 * Everybody else is known and limited by account.
 */
export function createFloodGuard(metrics: Metrics, maxPerWindow = MAX_PER_WINDOW): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: maxPerWindow,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    skip: ({ headers, originalUrl }) => {
      const showsSome = headers.authorization !== undefined || headers.cookie !== undefined;
      return showsSome && !originalUrl.startsWith("/api/auth/");
    },
    handler: (_request, response) => {
      metrics.rateLimited.inc({ limit: "flood" });
      const retryAfterSeconds = WINDOW_MS / 1000;
      response.status(429).json(publicError("RATE_LIMITED", { retryAfterSeconds }));
    },
  });
}
