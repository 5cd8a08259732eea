import { randomUUID } from "node:crypto";
import type { Clock } from "#server/lib/clock.ts";
import { HttpFailure, type HttpReply, requestOnce } from "#server/sandbox/phone/http-request.ts";
import {
  pauseBeforeRetryMs,
  type RetryPolicy,
  retryPolicyOf,
  shouldRetry,
} from "#server/sandbox/phone/retry-policy.ts";
import { signatureOf, withoutFragment } from "#server/sandbox/phone/signature.ts";
import type { Link } from "#server/sandbox/phone/twiml-verbs.ts";

/** `code` is Twilio's debugger code: 11200 bad status, 11205 connection, 11210 name, 11220 TLS, 11750 too large. */
export type WebhookOutcome =
  | { readonly kind: "replied"; readonly reply: HttpReply; readonly tries: number }
  | { readonly kind: "failed"; readonly code: number; readonly tries: number };

/** Who delivers webhooks. */
export type WebhookSender = Pick<Webhooks, "send">;

/** TwiML is at most 64 kB. */
const MAX_REPLY_BYTES = 64 * 1024;

function codeOf(failure: HttpFailure): number {
  if (failure.kind === "too-large") return 11_750;
  if (failure.systemCode === "ENOTFOUND" || failure.systemCode === "EAI_AGAIN") return 11_210;
  if (failure.systemCode.startsWith("CERT_") || failure.systemCode.startsWith("ERR_TLS")) return 11_220;
  return failure.kind === "timeout" ? 11_200 : 11_205;
}

/** Adds the fields of a GET webhook to the address; a fragment stays where it is. */
function withQuery(url: string, fields: URLSearchParams): string {
  const [address = "", fragment] = url.split("#", 2);
  const joined = `${address}${address.includes("?") ? "&" : "?"}${fields}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

/** Sends signed requests to the customer's server, as the phone network does. */
export class Webhooks {
  readonly #clock: Clock;
  readonly #authToken: string;

  constructor(clock: Clock, authToken: string) {
    this.#clock = clock;
    this.#authToken = authToken;
  }

  /**
   * One webhook with its tries. Never rejects: a webhook that fails is a fact of the call, not an error here.
   * @param idempotencyToken the same for every try, and for a duplicate that means the same event
   */
  async send(
    link: Link,
    fields: URLSearchParams,
    idempotencyToken: string = randomUUID(),
  ): Promise<WebhookOutcome> {
    const policy = retryPolicyOf(link.url);
    const deadlineMs = this.#clock.monotonicMs() + policy.totalTimeoutMs;
    for (let tries = 1; ; tries++) {
      const leftMs = deadlineMs - this.#clock.monotonicMs();
      const outcome = await this.#try(link, fields, idempotencyToken, policy, Math.max(1, leftMs));
      const result = outcome instanceof HttpFailure ? { failure: outcome.kind } : { status: outcome.status };
      const pauseMs = pauseBeforeRetryMs(tries);
      const inTime = this.#clock.monotonicMs() + pauseMs < deadlineMs;
      if (inTime && shouldRetry(policy, tries, result)) {
        await this.#clock.sleep(pauseMs);
        continue;
      }
      if (outcome instanceof HttpFailure) return { kind: "failed", code: codeOf(outcome), tries };
      if (outcome.status < 200 || outcome.status >= 300) return { kind: "failed", code: 11_200, tries };
      return { kind: "replied", reply: outcome, tries };
    }
  }

  async #try(
    link: Link,
    fields: URLSearchParams,
    idempotencyToken: string,
    policy: RetryPolicy,
    leftMs: number,
  ): Promise<HttpReply | HttpFailure> {
    const isGet = link.method === "GET";
    const url = isGet ? withQuery(link.url, fields) : link.url;
    const signature = signatureOf(this.#authToken, url, isGet ? new URLSearchParams() : fields);
    const body = fields.toString();
    try {
      return await requestOnce(this.#clock, {
        url: withoutFragment(url),
        method: link.method,
        headers: {
          "User-Agent": "TwilioProxy/1.1",
          Accept: "*/*",
          "X-Twilio-Signature": signature,
          "I-Twilio-Idempotency-Token": idempotencyToken,
          ...(isGet
            ? {}
            : {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "Content-Length": String(Buffer.byteLength(body)),
              }),
        },
        body,
        connectTimeoutMs: Math.min(policy.connectTimeoutMs, leftMs),
        totalTimeoutMs: Math.min(policy.readTimeoutMs, leftMs),
        maxBodyBytes: MAX_REPLY_BYTES,
      });
    } catch (error) {
      if (error instanceof HttpFailure) return error;
      return new HttpFailure("connection", "ERR_INVALID_URL");
    }
  }
}
