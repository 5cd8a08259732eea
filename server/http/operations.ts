import { nameRoute } from "#server/http/request-log.ts";
import type { Health } from "#server/observability/health.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import { sendError } from "#server/http/errors.ts";
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Router } from "express";

export type OperationsParts = {
  health: Health;
  metrics: Metrics;
  /** `mongodb://host:port/name` without credentials; shown to loopback callers only. */
  databaseAddress: string | null;
  /** Opens `/metrics` to callers from elsewhere. */
  metricsToken: string | null;
  version: string;
};

/** What load balancers, dashboards and operators ask: `/healthz`, `/readyz`, `/metrics`. */
export function createOperationsRouter(parts: OperationsParts): Router {
  const { health, metrics, databaseAddress, metricsToken, version } = parts;
  const router = Router();
  router.get("/healthz", (_request, response) => {
    nameRoute(response, "healthz");
    response.json({ ok: true, version });
  });
  router.get("/readyz", async (request, response) => {
    nameRoute(response, "readyz");
    const { ready, parts: reports } = await health.report();
    const address = isLoopbackCaller(request) ? databaseAddress : null;
    const shown = reports.map((part) =>
      part.name === "database" && address !== null ? { ...part, address } : part,
    );
    response
      .status(ready ? 200 : 503)
      .set("cache-control", "no-store")
      .json({ ready, parts: shown });
  });
  router.get("/metrics", async (request, response) => {
    nameRoute(response, "metrics");
    const allowed = isLoopbackCaller(request) || hasToken(request, metricsToken);
    if (!allowed) return sendError(response, "FORBIDDEN");
    response.set("content-type", metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

const LOOPBACK_ADDRESSES = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/** Somebody on this machine, and not a proxy on this machine that speaks for somebody else. */
function isLoopbackCaller({ socket, headers }: IncomingMessage): boolean {
  const proxied = headers["x-forwarded-for"] !== undefined || headers["forwarded"] !== undefined;
  return !proxied && LOOPBACK_ADDRESSES.has(socket.remoteAddress ?? "");
}

function hasToken({ headers }: IncomingMessage, token: string | null): boolean {
  if (token === null || token === "") return false;
  const shown = Buffer.from(headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}
