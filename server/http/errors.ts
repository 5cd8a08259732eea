import { errorFields, type Logger } from "#server/lib/logger.ts";
import { type ErrorCode, ERRORS } from "#shared/contract/errors.ts";
import type { NextFunction, Request, Response } from "express";
import { ORPCError, ValidationError } from "@orpc/server";
import { z } from "zod";

/** What every refusal looks like on the wire (DESIGN §4). `INTERNAL` is the one code that no procedure declares. */
export type PublicError = { code: ErrorCode | "INTERNAL"; message: string; data?: unknown };

const INTERNAL = { status: 500, message: "Something went wrong on our side. Please try again." };

export type ProcedureError = ORPCError<string, unknown>;

export function publicError(code: ErrorCode, data?: unknown): PublicError {
  const { message } = ERRORS[code];
  return { code, message, ...(data !== undefined && { data }) };
}

export function sendError(response: Response, code: ErrorCode, data?: unknown): void {
  response.status(ERRORS[code].status).json(publicError(code, data));
}

/** Tells what is wrong in a request: where and why, never the value that was sent. */
export function invalidInput(issues: { path: (string | number)[]; message: string }[]): ProcedureError {
  const { status, message } = ERRORS.INVALID_INPUT;
  return new ORPCError("INVALID_INPUT", { status, message, data: { issues }, defined: true });
}

const issuesSchema = z.object({
  issues: z.array(
    z.object({
      path: z
        .array(z.unknown())
        .catch([])
        .transform((path) => path.map(pathStep)),
      message: z.string(),
    }),
  ),
});

/** A path step of a schema issue is a key, or an object around it (standard schema allows both). */
function pathStep(step: unknown): string | number {
  const key = typeof step === "object" && step !== null && "key" in step ? step.key : step;
  return typeof key === "number" ? key : String(key);
}

/**
 * Turns whatever a procedure threw into an error of the closed list. What is not in it is a bug: it is logged without content and
 * answered as INTERNAL.
 */
export function toProcedureError(error: unknown, operation: string, logger: Logger): ProcedureError {
  if (error instanceof ORPCError) {
    if (error.code in ERRORS) return error;
    if (error.code === "BAD_REQUEST") {
      const parsed = issuesSchema.safeParse(error.data);
      return invalidInput(parsed.success ? parsed.data.issues : []);
    }
  }
  logger.error({ operation, ...errorFields(error), ...outputIssues(error) }, "a procedure failed");
  return new ORPCError("INTERNAL", { ...INTERNAL, defined: true });
}

/** When our own reply does not fit the contract, the places (not the values) say where to look. */
function outputIssues(error: unknown): { at?: string } {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof ValidationError)) return {};
  const issues = issuesSchema.safeParse({ issues: cause.issues });
  if (!issues.success) return {};
  const places = issues.data.issues.slice(0, 5).map((issue) => issue.path.join("."));
  return { at: places.join(" ") };
}

/** Body of a procedure's error over REST. */
export function errorBody(error: ProcedureError): PublicError {
  const code = error.code in ERRORS ? (error.code as ErrorCode) : "INTERNAL";
  return { code, message: error.message, ...(error.data !== undefined && { data: error.data }) };
}

/** Errors of body parsers and routers carry the status they want; everything else is ours. */
const httpErrorSchema = z.object({ status: z.number().int().min(400).max(499) });

/** The last handler of the Express app. */
export function createErrorHandler(logger: Logger) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(error);
    const clientError = httpErrorSchema.safeParse(error);
    if (clientError.success) {
      response.status(clientError.data.status).json(publicError("INVALID_INPUT"));
      return;
    }
    logger.error(errorFields(error), "a request failed");
    sendInternal(response);
  };
}

export function sendInternal(response: Response): void {
  const body: PublicError = { code: "INTERNAL", message: INTERNAL.message };
  response.status(INTERNAL.status).json(body);
}
