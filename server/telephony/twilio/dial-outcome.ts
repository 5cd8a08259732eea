import type { DialOutcome } from "#server/telephony/telephony.ts";
import {
  failureSentence,
  readRestFailure,
  type RestFailure,
  saysUnauthorized,
} from "#server/telephony/twilio/rest-failure.ts";

/**
 * Codes of a refused create request (twilio.md §1.4). `permanent`: no later try of the same call can succeed. A bad or foreign `From` is not:
 * another of our numbers may do.
 */
const REFUSALS: Record<number, { permanent: boolean; reason: string }> = {
  21201: { permanent: true, reason: "Twilio did not get a number to call." },
  21205: { permanent: true, reason: "Twilio cannot use this server's public URL." },
  21206: { permanent: true, reason: "Twilio refused the digits to send." },
  21208: { permanent: true, reason: "Twilio refused the ring timeout." },
  21209: { permanent: true, reason: "Twilio refused the webhook method." },
  21210: { permanent: false, reason: "The calling number does not belong to this Twilio account." },
  21211: { permanent: true, reason: "The number is not a valid phone number." },
  21212: { permanent: false, reason: "The calling number is not valid." },
  21213: { permanent: false, reason: "Twilio did not get a calling number." },
  21214: { permanent: true, reason: "The number cannot be reached." },
  21215: { permanent: true, reason: "This Twilio account may not call the number's country." },
  21216: { permanent: true, reason: "Twilio blocks calls to this number." },
  21217: { permanent: true, reason: "The number does not appear to be valid." },
  21219: { permanent: true, reason: "A Twilio trial account may only call verified numbers." },
  13223: { permanent: true, reason: "The number is not a valid phone number." },
  13224: { permanent: true, reason: "The number is invalid or not supported." },
  13225: { permanent: true, reason: "Twilio blocks calls to this number." },
  13227: { permanent: true, reason: "This Twilio account may not call the number's country." },
  32205: { permanent: true, reason: "This Twilio account may not call the number's country." },
};

/** "Too much at once": account concurrency, too many requests, a queue of more than a day. Nothing was created. */
const THROTTLE_CODES = new Set([10004, 20429, 22005]);

/** What a failed create request proves. Everything that proves nothing is `unknown`, and nobody dials again. */
export function dialOutcomeOf(error: unknown): DialOutcome {
  const failure = readRestFailure(error);
  if (failure.kind === "unsent") return { kind: "unsent", reason: failureSentence(failure) };
  if (failure.kind === "unclear" || !provesRefusal(failure)) {
    return { kind: "unknown", reason: failureSentence(failure) };
  }
  if (saysUnauthorized(failure)) return { kind: "unauthorized", reason: failureSentence(failure) };
  const { status, code } = failure;
  if (status === 429 || (code !== null && THROTTLE_CODES.has(code))) return { kind: "throttled" };
  const known = code === null ? undefined : REFUSALS[code];
  return {
    kind: "refused",
    permanent: known?.permanent ?? false,
    code,
    reason: known?.reason ?? failureSentence(failure),
  };
}

/** 408 is a proxy's "I waited too long", which says nothing about the request. */
function provesRefusal(failure: Extract<RestFailure, { kind: "answered" }>): boolean {
  return failure.status >= 400 && failure.status < 500 && failure.status !== 408;
}
