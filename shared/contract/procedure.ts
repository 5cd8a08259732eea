import { ERRORS } from "#shared/contract/errors.ts";
import { oc } from "@orpc/contract";

/** The errors that every procedure may answer. */
const COMMON = {
  INVALID_INPUT: ERRORS.INVALID_INPUT,
  UNAUTHENTICATED: ERRORS.UNAUTHENTICATED,
  FORBIDDEN: ERRORS.FORBIDDEN,
  NOT_FOUND: ERRORS.NOT_FOUND,
};

/** Starts a procedure: its REST method and path under `/api`, its one-line summary, the common errors. */
export function procedure(method: "GET" | "POST", path: `/${string}`, summary: string) {
  return oc.route({ method, path, summary }).errors(COMMON);
}
