import { retryAfterMsOf } from "#server/analyst/anthropic/faults.ts";

const LONGEST_WAIT_MS = 5000;

/**
 * `fetch` for the SDK, which would wait in place for as long as the service asks, hours included. A longer wait is passed back to our caller, whose
 * job can be set to that time.
 */
export async function patientFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.ok || (retryAfterMsOf(response.headers) ?? 0) <= LONGEST_WAIT_MS) return response;
  const headers = new Headers(response.headers);
  headers.set("x-should-retry", "false");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
