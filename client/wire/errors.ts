import { ERRORS, type ErrorCode } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";

/** A code of the contract, or what can happen on the way to the server. */
export type ProblemCode = ErrorCode | "UNREACHABLE" | "UNKNOWN";

const isContractCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

export function problemCode(error: unknown): ProblemCode {
  if (error instanceof ORPCError) {
    return typeof error.code === "string" && isContractCode(error.code) ? error.code : "UNKNOWN";
  }
  // fetch answers a TypeError when no answer came at all.
  return error instanceof TypeError ? "UNREACHABLE" : "UNKNOWN";
}

/** What happened, as a sentence for the person in front of the screen. */
export function problemSentence(error: unknown): string {
  const code = problemCode(error);
  if (code === "UNREACHABLE") return "The server can't be reached right now. Nothing was changed.";
  if (code === "UNKNOWN") return "Something went wrong on our side. Please try again in a moment.";
  return error instanceof ORPCError && error.message !== "" ? error.message : ERRORS[code].message;
}
