import type { ErrorCode } from "#shared/contract/errors.ts";

/**
 * A use case refuses: one of the closed error codes with its data. The edges turn it into the contract's error; the sentence comes from
 * `shared/contract/errors.ts`, so nothing personal can slip into it. Anything else that is thrown is a bug (500).
 */
export class Failure extends Error {
  override name = "Failure";
  readonly code: ErrorCode;
  readonly data: unknown;

  constructor(code: ErrorCode, data?: unknown) {
    super(code);
    this.code = code;
    this.data = data;
  }
}

/** The process cannot start or go on; the message is one sentence for the operator that says what to do. */
export class StartProblem extends Error {
  override name = "StartProblem";
}
