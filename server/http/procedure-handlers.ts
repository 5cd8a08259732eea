import { errorBody, invalidInput, toProcedureError } from "#server/http/errors.ts";
import type { Idempotency } from "#server/http/idempotency.ts";
import type { RequestContext } from "#server/http/procedures/base.ts";
import type { AppRouter } from "#server/http/procedures/router.ts";
import type { Logger } from "#server/lib/logger.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { OpenAPIHandler } from "@orpc/openapi/node";
import { type AnyProcedure, ORPCError } from "@orpc/server";
import { RPCHandler } from "@orpc/server/node";

export type ProcedureHandlersParts = { router: AppRouter; idempotency: Idempotency; logger: Logger };

/** The part of oRPC's interceptor options that is used here. */
type ProcedureCall = {
  path: readonly string[];
  procedure: AnyProcedure;
  input: unknown;
  context: RequestContext;
  next(): Promise<unknown>;
};

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

/** The two doors to the same procedures: REST under `/api` and RPC under `/rpc`. */
export function createProcedureHandlers(parts: ProcedureHandlersParts) {
  const call = createCallInterceptor(parts);
  const interceptors = [unreadableAsInvalid];
  return {
    rest: new OpenAPIHandler<RequestContext>(parts.router, {
      customErrorResponseBodyEncoder: errorBody,
      interceptors,
      clientInterceptors: [call],
    }),
    rpc: new RPCHandler<RequestContext>(parts.router, { interceptors, clientInterceptors: [call] }),
  };
}

/** What fails before a procedure was called is the sender's fault: a body or query that cannot be read. */
async function unreadableAsInvalid<Result>({ next }: { next(): Promise<Result> }): Promise<Result> {
  try {
    return await next();
  } catch (error) {
    throw error instanceof ORPCError && error.code in ERRORS_AND_INTERNAL ? error : invalidInput([]);
  }
}

const ERRORS_AND_INTERNAL = { ...ERRORS, INTERNAL: true };

/** Names the operation, keeps promises made under an idempotency key, and lets only errors of the closed list out. */
function createCallInterceptor({ idempotency, logger }: ProcedureHandlersParts) {
  return async (call: ProcedureCall): Promise<unknown> => {
    const operation = call.path.join(".");
    call.context.onOperation?.(operation);
    try {
      return await callOnce(idempotency, operation, call);
    } catch (error) {
      throw toProcedureError(error, operation, logger);
    }
  };
}

async function callOnce(idempotency: Idempotency, operation: string, call: ProcedureCall): Promise<unknown> {
  const { caller, idempotencyKey: key } = call.context;
  const isMutating = call.procedure["~orpc"].route.method !== "GET";
  if (key === undefined || caller === null || !isMutating) return call.next();
  if (!KEY_PATTERN.test(key)) throw invalidKey("A key has 1 to 200 visible ASCII characters.");
  // The bearer of a link must not be given the reply to a request of the account itself.
  const accountId = caller.onlyCallId ?? caller.accountId;
  const request = { accountId, operation, key, input: call.input };
  const outcome = await idempotency.once(request, async () => {
    try {
      return { kind: "output", output: await call.next() };
    } catch (error) {
      if (isRefusal(error)) throw error;
      return { kind: "failed", error };
    }
  });
  if (outcome.kind === "other_request") throw invalidKey("This key was used for another request.");
  if (outcome.kind === "failed") throw outcome.error ?? new Error("The first try of this request failed.");
  return outcome.output;
}

/** A refusal of the closed list happened before any effect; everything else may have had one. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ORPCError && (error.code in ERRORS || error.code === "BAD_REQUEST");

const invalidKey = (message: string) => invalidInput([{ path: ["Idempotency-Key"], message }]);
