/** HTTP statuses the service answers with, and the error type of each. */
const TYPES = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
} as const;

export type ErrorStatus = keyof typeof TYPES;

/** A request refused with one of the service's errors. */
export class AnalystError extends Error {
  readonly status: ErrorStatus;
  readonly retryAfterSeconds: number | null;

  constructor(status: ErrorStatus, message: string, retryAfterSeconds: number | null = null) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The JSON body of an error, as the SDK reads it. */
export function errorBody(status: ErrorStatus, message: string, requestId: string) {
  return { type: "error", error: { type: TYPES[status], message }, request_id: requestId };
}
