import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import type { SocketError } from "#shared/contract/sockets.ts";
import { z } from "zod";

/** Acknowledges once, always, with the closed error codes. A client that sends no callback gets none. */
export function answer<Reply extends { ok: true }>(
  reply: ((answer: Reply | SocketError) => void) | undefined,
  { logger }: { logger: Logger },
  work: () => Promise<Reply>,
) {
  if (typeof reply !== "function") return;
  void work()
    .catch((error: unknown) => refusal(error, logger))
    .then(reply);
}

function refusal(error: unknown, logger: Logger): SocketError {
  if (error instanceof Failure) return { ok: false, code: error.code, message: ERRORS[error.code].message };
  if (error instanceof z.ZodError) {
    return { ok: false, code: "INVALID_INPUT", message: ERRORS.INVALID_INPUT.message };
  }
  logger.error(errorFields(error), "a socket request failed");
  return { ok: false, code: "INTERNAL", message: "Something went wrong on our side. Please try again." };
}
