import type { Accounts } from "#server/accounts/accounts.ts";
import type { Db } from "#server/database/connection.ts";
import { createApiRoutes } from "#server/http/api-routes.ts";
import { createAuthRoutes } from "#server/http/auth-routes.ts";
import { createErrorHandler, sendError } from "#server/http/errors.ts";
import type { ExportRoutesParts } from "#server/http/export-routes.ts";
import { createFloodGuard } from "#server/http/flood-guard.ts";
import { createOperationsRouter } from "#server/http/operations.ts";
import type { AppRouter } from "#server/http/procedures/router.ts";
import { createRequestLog, nameRoute } from "#server/http/request-log.ts";
import { createSameSiteGuard } from "#server/http/same-site-guard.ts";
import { createSecurityHeaders } from "#server/http/security-headers.ts";
import { createStaticClient } from "#server/http/static-client.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Health } from "#server/observability/health.ts";
import type { AppLogger } from "#server/observability/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import { createServer, type Server } from "node:http";
import express, { type Express, type Router } from "express";

export type HttpServerParts = {
  accounts: Pick<Accounts, "authHandler" | "callerOf">;
  procedures: AppRouter;
  exports: ExportRoutesParts["exports"];
  /** Serves `/twilio/…`; it reads its own bodies and checks its own signatures. */
  twilioRouter: Router | null;
  /** Other routes with absolute paths, e.g. recordings. They come before the JSON parser and check their own callers. */
  extraRouters?: Router[];
  health: Health;
  metrics: Metrics;
  logger: AppLogger;
  clock: Clock;
  db: Db;
  config: {
    publicUrl: string;
    metricsToken: string | null;
    /** `mongodb://host:port/name`, without credentials. */
    databaseAddress: string | null;
    /** The built client. */
    distDir: string;
    demo: boolean;
    version: string;
  };
};

/**
 * Slow senders lose their connection (reliability S23). The limits are looked at only every checking interval, whose default of 30 s would make
 * them useless.
 */
const TIMEOUTS = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };
/** Longer than the idle time of common balancers, so that they close first and never write into a closing connection. */
const KEEP_ALIVE_MS = 65_000;

/** Express behind a server that does not listen yet; the caller attaches its socket upgrades and checks the error of `listen`. */
export function createHttpServer(parts: HttpServerParts): { app: Express; server: Server } {
  const { accounts, config, logger, metrics, clock } = parts;
  const app = express();
  app.disable("x-powered-by");
  app.use(createRequestLog(logger, metrics, clock));
  app.use(createSecurityHeaders(config.publicUrl));
  app.use(createOperationsRouter({ ...parts, ...config }));
  app.use("/twilio", (_request, response, next) => {
    nameRoute(response, "twilio");
    next();
  });
  if (parts.twilioRouter !== null) app.use(parts.twilioRouter);
  for (const router of parts.extraRouters ?? []) app.use(router);
  app.use(["/api", "/rpc"], createFloodGuard(metrics), createSameSiteGuard(config.publicUrl));
  app.use("/api/auth", createAuthRoutes(accounts, config.publicUrl));
  app.use(createApiRoutes({ ...parts, config }));
  app.use("/twilio", (_request, response) => sendError(response, "NOT_FOUND"));
  app.use(createStaticClient(config.distDir));
  app.use((_request, response) => sendError(response, "NOT_FOUND"));
  app.use(createErrorHandler(logger));
  const server = createServer({ ...TIMEOUTS, keepAliveTimeout: KEEP_ALIVE_MS }, app);
  return { app, server };
}
