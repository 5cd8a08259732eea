import { APIConnectionError, APIError, APIUserAbortError } from "@anthropic-ai/sdk";

/** The part of an analyst's result that needs no answer of the model. Reasons are sentences for an operator, never the service's own words. */
type AnalystFault =
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null }
  | { kind: "unusable"; reason: string; usage: null }
  | { kind: "fatal"; reason: string };

const KEY = "Anthropic refused the API key. Check ANTHROPIC_API_KEY.";
const PERMISSION = "Anthropic does not let this API key do this. Check the key's permissions.";
const BILLING = "The Anthropic account has no credit left. Check its billing.";
const MODEL = "Anthropic does not offer this model. Check ANTHROPIC_MODEL.";

/** How long the service asks us to wait, ms; null when it does not say. */
export function retryAfterMsOf(headers: Headers | undefined): number | null {
  const inMs = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(inMs)) return Math.max(0, inMs);
  const inSeconds = Number.parseFloat(headers?.get("retry-after") ?? "");
  return Number.isFinite(inSeconds) ? Math.max(0, inSeconds * 1000) : null;
}

function unavailable(reason: string, headers?: Headers): AnalystFault {
  return { kind: "unavailable", reason, retryAfterMs: retryAfterMsOf(headers) };
}

function faultOfStatus(status: number, error: APIError): AnalystFault {
  if (error.type === "billing_error" || status === 402) return { kind: "fatal", reason: BILLING };
  if (status === 401) return { kind: "fatal", reason: KEY };
  if (status === 403) return { kind: "fatal", reason: PERMISSION };
  if (status === 404) return { kind: "fatal", reason: MODEL };
  if (status === 408 || status === 409)
    return unavailable("Anthropic did not answer in time.", error.headers);
  if (status === 429) return unavailable("Anthropic is limiting our requests.", error.headers);
  if (status >= 500) return unavailable("Anthropic is not available right now.", error.headers);
  return { kind: "unusable", reason: `Anthropic refused this request (HTTP ${status}).`, usage: null };
}

/** @throws what is no fault of the service: a bug of ours */
export function faultOf(error: unknown): AnalystFault {
  if (error instanceof APIConnectionError || error instanceof APIUserAbortError) {
    return unavailable("Anthropic could not be reached.");
  }
  if (!(error instanceof APIError)) throw error;
  if (typeof error.status !== "number") return unavailable("Anthropic broke off its answer.");
  return faultOfStatus(error.status, error);
}
