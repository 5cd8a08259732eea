import type { Clock } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { AppLogger } from "#server/observability/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { ServerResponse } from "node:http";
import type { RequestHandler } from "express";
import { pinoHttp } from "pino-http";
import { v7 } from "uuid";

/** Routes whose every hit would only be noise in the log. */
const QUIET_ROUTES = new Set(["healthz", "readyz", "metrics", "static"]);

/**
 * Names what this request turned out to be: a procedure or one of a few fixed words. Log lines and metrics carry this name and never the
 * URL, whose path and query come from outside.
 */
export function nameRoute(response: ServerResponse, route: string): void {
  routes.set(response, route);
}

const routes = new WeakMap<ServerResponse, string>();
const routeOf = (response: ServerResponse): string => routes.get(response) ?? "other";

/** Request id, one log line per request without query, headers or body, and the duration histogram. */
export function createRequestLog(logger: AppLogger, metrics: Metrics, clock: Clock): RequestHandler[] {
  const log = pinoHttp({
    logger: logger.pino,
    genReqId: (_request, response) => {
      const id = v7();
      response.setHeader("x-request-id", id);
      return id;
    },
    quietReqLogger: true,
    serializers: {
      req: (request: { id: unknown; method: string }) => ({ id: request.id, method: request.method }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      err: (error: unknown) => errorFields(error),
    },
    wrapSerializers: false,
    customSuccessObject: (_request, response, line) => ({ ...line, route: routeOf(response) }),
    customErrorObject: (_request, response, _error, line) => ({ ...line, route: routeOf(response) }),
    customSuccessMessage: () => "request",
    customErrorMessage: () => "request",
    customLogLevel: (_request, response, error) => {
      if (QUIET_ROUTES.has(routeOf(response))) return "silent";
      if (error !== undefined || response.statusCode >= 500) return "warn";
      return response.statusCode >= 400 ? "info" : "debug";
    },
  });
  const measure: RequestHandler = (request, response, next) => {
    const startedAtMs = clock.monotonicMs();
    response.on("finish", () => {
      const labels = {
        method: KNOWN_METHODS.has(request.method) ? request.method : "other",
        route: routeOf(response),
        status: `${Math.floor(response.statusCode / 100)}xx`,
      };
      metrics.httpRequestMs.observe(labels, clock.monotonicMs() - startedAtMs);
    });
    next();
  };
  return [(request, response, next) => void (log(request, response), next()), measure];
}

const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
