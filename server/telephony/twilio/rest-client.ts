import twilio from "twilio";
import type RequestClient from "twilio/lib/base/RequestClient.js";

/** One try may take this long, reply body included. Shorter than the SDK's 30 s: a dial that hangs is reconciled, not waited for. */
const REQUEST_TIMEOUT_MS = 9_000;

/** Sends each request to `<base>/<original host><original path>`: one hook for all of Twilio's product hosts, paging included. */
class RebasedRequestClient extends twilio.RequestClient {
  readonly #base: string;

  constructor(base: string, options: RequestClient.RequestClientOptions) {
    super(options);
    this.#base = base.replace(/\/+$/, "");
  }

  override request<TData>(options: RequestClient.RequestOptions<TData>) {
    const { hostname, pathname, search } = new URL(options.uri);
    return super.request<TData>({ ...options, uri: `${this.#base}/${hostname}${pathname}${search}` });
  }
}

/**
 * The official SDK, set up so that nothing around it changes what it does:
 * - no automatic retry, not even of 429: the call core owns every repetition (`throttled` tells it to ask again);
 * - edge, region and log level are pinned, so TWILIO_REGION and TWILIO_EDGE cannot rewrite hosts and TWILIO_LOG_LEVEL cannot print
 *   phone numbers.
 */
export function createRestClient(options: {
  accountSid: string;
  authToken: string;
  baseUrl: string | null;
  requestTimeoutMs?: number | undefined;
}) {
  const http = { timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, keepAlive: true, autoRetry: false };
  const httpClient =
    options.baseUrl === null
      ? new twilio.RequestClient(http)
      : new RebasedRequestClient(options.baseUrl, http);
  return twilio(options.accountSid, options.authToken, {
    httpClient,
    edge: "",
    region: "",
    logLevel: "warn",
  });
}

export type RestClient = ReturnType<typeof createRestClient>;
