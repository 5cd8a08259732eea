import type { HttpFailureKind } from "#server/sandbox/phone/http-request.ts";

/** How a webhook is tried; a link's fragment may override each of them (`#rc=3&rp=all`). */
export type RetryPolicy = {
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly totalTimeoutMs: number;
  /** Tries after the first one, 0 to 5. */
  readonly retries: number;
  /** Which failures are tried again: ct connection, rt read timeout, 4xx, 5xx, all. */
  readonly retryOn: ReadonlySet<string>;
};

/** What one try came to: a status, or no reply. */
export type TryResult = { readonly status: number } | { readonly failure: HttpFailureKind };

function clamp(value: string | null, least: number, most: number, fallback: number): number {
  const parsed = Number(value);
  return value !== null && Number.isInteger(parsed) && parsed >= least && parsed <= most ? parsed : fallback;
}

/** Twilio's defaults: connect 5 s, read and total 15 s, one more try after a connection failure only. */
export function retryPolicyOf(url: string): RetryPolicy {
  const at = url.indexOf("#");
  const overrides = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
  return {
    connectTimeoutMs: clamp(overrides.get("ct"), 100, 10_000, 5000),
    readTimeoutMs: clamp(overrides.get("rt"), 100, 15_000, 15_000),
    totalTimeoutMs: clamp(overrides.get("tt"), 100, 15_000, 15_000),
    retries: clamp(overrides.get("rc"), 0, 5, 1),
    retryOn: new Set((overrides.get("rp") ?? "ct").split(",")),
  };
}

/** 100 ms, doubling. The real network's pauses are not known. */
export function pauseBeforeRetryMs(triesSoFar: number): number {
  return 100 * 2 ** (triesSoFar - 1);
}

/** The class of a result that may be worth another try; null for a good reply. */
function classOf(result: TryResult): string | null {
  if ("failure" in result) return result.failure === "connection" ? "ct" : "rt";
  if (result.status >= 500) return "5xx";
  return result.status >= 400 ? "4xx" : null;
}

export function shouldRetry(policy: RetryPolicy, triesSoFar: number, result: TryResult): boolean {
  const failureClass = classOf(result);
  if (failureClass === null || triesSoFar > policy.retries) return false;
  return policy.retryOn.has("all") || policy.retryOn.has(failureClass);
}
