import type { Caller } from "#server/accounts/caller.ts";
import type { CallExports, Export } from "#server/calls/export/call-exports.ts";
import { sendError } from "#server/http/errors.ts";
import { nameRoute } from "#server/http/request-log.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { exportCallsSchema, exportTranscriptSchema } from "#shared/export.ts";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { type Request, type Response, Router } from "express";
import { z } from "zod";

export type ExportRoutesParts = {
  exports: Pick<CallExports, "calls" | "transcript">;
  callerOf(request: Request, response: Response): Promise<Caller | null>;
  logger: Logger;
};

const TYPES = { csv: "text/csv; charset=utf-8", json: "application/json; charset=utf-8" } as const;

/** `POST /exports/…` below `/api`, behind its guards and its JSON parser. */
export function createExportRoutes({ exports, callerOf, logger }: ExportRoutesParts): Router {
  const router = Router();
  const route = (name: string, make: (caller: Caller, body: unknown) => Promise<Export>) =>
    router.post(`/exports/${name}`, async (request, response) => {
      nameRoute(response, `export ${name}`);
      try {
        const caller = await callerOf(request, response);
        if (caller === null) throw new Failure("UNAUTHENTICATED");
        await send(response, await make(caller, request.body), logger);
      } catch (error) {
        if (error instanceof z.ZodError) return sendError(response, "INVALID_INPUT");
        if (!(error instanceof Failure)) throw error;
        sendError(response, error.code, error.data);
      }
    });
  route("calls", (caller, body) => {
    const { format, ...filter } = exportCallsSchema.parse(body);
    return exports.calls(caller, filter, format);
  });
  route("transcript", (caller, body) => {
    const { format, callId } = exportTranscriptSchema.parse(body);
    return exports.transcript(caller, callId, format);
  });
  return router;
}

/** A file that broke off must not look whole: the connection ends without the last chunk. */
async function send(response: Response, { fileName, format, text }: Export, logger: Logger): Promise<void> {
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="${fileName}"`,
  });
  try {
    await pipeline(Readable.from(text), response);
  } catch (error) {
    logger.warn(errorFields(error), "an export could not be sent to its end");
    response.destroy();
  }
}
