import type { Accounts } from "#server/accounts/accounts.ts";
import { sendError } from "#server/http/errors.ts";
import { createIdempotency } from "#server/http/idempotency.ts";
import { createExportRoutes, type ExportRoutesParts } from "#server/http/export-routes.ts";
import { createOpenApiDocument } from "#server/http/openapi-document.ts";
import { createProcedureHandlers } from "#server/http/procedure-handlers.ts";
import type { RequestContext } from "#server/http/procedures/base.ts";
import type { AppRouter } from "#server/http/procedures/router.ts";
import { nameRoute } from "#server/http/request-log.ts";
import type { Db } from "#server/database/connection.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import express, { type Request, type Response, Router } from "express";

const MAX_JSON = "64kb";

export type ApiRoutesParts = {
  accounts: Pick<Accounts, "callerOf">;
  procedures: AppRouter;
  exports: ExportRoutesParts["exports"];
  db: Db;
  clock: Clock;
  logger: Logger;
  config: { publicUrl: string; demo: boolean; version: string };
};

/** `/api` (REST, the OpenAPI document, public facts) and `/rpc` (the same procedures for our own client). */
export function createApiRoutes(parts: ApiRoutesParts): Router {
  const { accounts, procedures, db, clock, logger, config } = parts;
  const idempotency = createIdempotency({ db, clock });
  const { rest, rpc } = createProcedureHandlers({ router: procedures, idempotency, logger });
  const router = Router();
  const json = express.json({ limit: MAX_JSON, strict: false });

  router.get("/api/public-info", (_request, response) => {
    nameRoute(response, "public-info");
    response.json({ demo: config.demo, version: config.version });
  });
  const callerOf = async (request: Request, response: Response) =>
    (await contextOf(accounts, request, response)).caller;
  router.use("/api", json, createExportRoutes({ exports: parts.exports, callerOf, logger }));
  router.get("/api/openapi.json", createDocumentRoute(config));
  router.use("/api", json, async (request, response) => {
    const context = await contextOf(accounts, request, response);
    const { matched } = await rest.handle(request, response, { prefix: "/api", context });
    if (!matched) sendError(response, "NOT_FOUND");
  });
  router.use("/rpc", json, async (request, response) => {
    const context = await contextOf(accounts, request, response);
    const { matched } = await rpc.handle(request, response, { prefix: "/rpc", context });
    if (!matched) sendError(response, "NOT_FOUND");
  });
  return router;
}

/** Made at the first request, then kept. */
function createDocumentRoute(config: ApiRoutesParts["config"]) {
  const prefix = config.publicUrl.startsWith("https:") ? "__Secure-" : "";
  const sessionCookie = `${prefix}ringside.session_token`;
  let document: ReturnType<typeof createOpenApiDocument> | null = null;
  return async (_request: Request, response: Response) => {
    nameRoute(response, "openapi");
    document ??= createOpenApiDocument({ version: config.version, sessionCookie });
    response.json(await document);
  };
}

async function contextOf(
  accounts: Pick<Accounts, "callerOf">,
  request: Request,
  response: Response,
): Promise<RequestContext> {
  response.setHeader("cache-control", "no-store");
  const caller = await accounts.callerOf(request.headers, (cookies) => {
    for (const cookie of cookies) response.append("set-cookie", cookie);
  });
  const idempotencyKey = request.get("idempotency-key");
  return {
    caller,
    onOperation: (name) => nameRoute(response, name),
    ...(request.ip !== undefined && { ip: request.ip }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}
