import twilio from "twilio";
import * as z from "zod";

/**
 * How a REST request failed, read from what the SDK throws (six shapes, twilio.md §2):
 * - `answered`: Twilio replied with an error status;
 * - `unsent`: the request never left this machine;
 * - `unclear`: anything may have happened.
 */
export type RestFailure =
  | { kind: "answered"; status: number; code: number | null }
  | { kind: "unsent" }
  | { kind: "unclear"; reason: string };

const NOT_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** Certificates are judged before the request is written, and so are protocol versions. */
const TLS_REFUSED =
  /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_\w*(HANDSHAKE|PROTOCOL_VERSION))/;

const UNCLEAR_REASONS: Record<string, string> = {
  ECONNABORTED: "Twilio did not answer in time.",
  ETIMEDOUT: "Twilio did not answer in time.",
  ECONNRESET: "The connection to Twilio broke.",
  EPIPE: "The connection to Twilio broke.",
  ERR_BAD_RESPONSE: "Twilio's answer broke off.",
};

export function readRestFailure(error: unknown): RestFailure {
  if (error instanceof twilio.RestException) {
    const { status, code } = error;
    return { kind: "answered", status, code: typeof code === "number" ? code : null };
  }
  const code = codeOf(error);
  if (NOT_CONNECTED.has(code) || TLS_REFUSED.test(code) || isTlsProtocolError(error, code)) {
    return { kind: "unsent" };
  }
  if (error instanceof SyntaxError || error instanceof z.ZodError) {
    return { kind: "unclear", reason: "Twilio's answer could not be read." };
  }
  return { kind: "unclear", reason: UNCLEAR_REASONS[code] ?? "The request to Twilio failed." };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Some TLS failures carry only EPROTO; the OpenSSL text says whether the handshake itself failed. */
function isTlsProtocolError(error: unknown, code: string): boolean {
  return (
    code === "EPROTO" && error instanceof Error && /wrong version|handshake|protocol/i.test(error.message)
  );
}

/** Twilio's "there is nothing to end": the call is not in progress any more, or unknown (twilio.md §1.3). */
export function saysOver(failure: RestFailure): boolean {
  return failure.kind === "answered" && (failure.code === 21220 || saysAbsent(failure));
}

export function saysAbsent(failure: RestFailure): boolean {
  return failure.kind === "answered" && (failure.code === 20404 || failure.status === 404);
}

export function saysUnauthorized(failure: RestFailure): boolean {
  return failure.kind === "answered" && (failure.status === 401 || failure.status === 403);
}

/** One sentence for an operator. Never Twilio's own message: it quotes phone numbers. */
export function failureSentence(failure: RestFailure): string {
  if (failure.kind === "unsent") return "Twilio could not be reached.";
  if (failure.kind === "unclear") return failure.reason;
  if (saysUnauthorized(failure))
    return "Twilio refused the credentials; check the account SID and auth token.";
  if (failure.status === 429) return "Twilio asks for fewer requests.";
  if (failure.status >= 500) return `Twilio had a fault (status ${failure.status}).`;
  return failure.code === null
    ? `Twilio refused the request (status ${failure.status}).`
    : `Twilio refused the request (code ${failure.code}).`;
}
