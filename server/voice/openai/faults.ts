/** How a session ended: one sentence for an operator, without anything of the call in it. */
export type SessionEnd = { reason: string; fatal: boolean };

const KEY = "OpenAI refused the API key. Check OPENAI_API_KEY.";
const QUOTA = "The OpenAI account has no quota left. Check its billing.";
const DEACTIVATED = "The OpenAI account is deactivated. Check the account.";
const MODEL = "OpenAI does not offer this model to the API key. Check OPENAI_REALTIME_MODEL.";
const PROTOCOL = "OpenAI no longer accepts this protocol version. Update the product.";

/** Codes after which another session would fail the same way (reference: realtime protocol, errors). */
const FATAL_REASONS: ReadonlyMap<string, string> = new Map([
  ["invalid_api_key", KEY],
  ["insufficient_quota", QUOTA],
  ["billing_hard_limit_reached", QUOTA],
  ["account_deactivated", DEACTIVATED],
  ["model_not_found", MODEL],
  ["invalid_model", MODEL],
  ["beta_api_shape_disabled", PROTOCOL],
]);

/** Errors that follow from races every client has; the conversation goes on. */
const BENIGN = new Set([
  "conversation_already_has_active_response",
  "response_cancel_not_active",
  "input_audio_buffer_commit_empty",
  "item_truncate_invalid_item_id",
  "item_delete_invalid_item_id",
  "item_retrieve_invalid_item_id",
]);

const RATE_LIMITED = new Set(["rate_limit_exceeded", "inference_rate_limit_exceeded"]);

export const UNREACHABLE: SessionEnd = { reason: "OpenAI could not be reached.", fatal: false };
export const LOST: SessionEnd = { reason: "The connection to OpenAI was lost.", fatal: false };
export const SILENT: SessionEnd = { reason: "OpenAI stopped answering.", fatal: false };
export const UNRESPONSIVE: SessionEnd = { reason: "OpenAI no longer answers aloud.", fatal: false };
export const TOO_SLOW: SessionEnd = {
  reason: "The connection to OpenAI cannot keep up with the call.",
  fatal: false,
};
export const NOT_READY: SessionEnd = {
  reason: "OpenAI did not set up the voice session in time.",
  fatal: false,
};
export const MISCONFIGURED: SessionEnd = {
  reason: "OpenAI refused the configuration of the voice session.",
  fatal: true,
};
const EXPIRED: SessionEnd = {
  reason: "The voice session reached OpenAI's time limit.",
  fatal: false,
};

/** A provider's code as it may appear in a log; anything that does not look like a code could quote people. */
export function safeCode(code: string | null | undefined): string | null {
  if (!code) return null;
  return /^[a-z][a-z0-9_.-]{0,79}$/.test(code) ? code : "other";
}

export function isBenign(code: string | null | undefined): boolean {
  return BENIGN.has(code ?? "");
}

export function isRateLimit(code: string | null | undefined): boolean {
  return RATE_LIMITED.has(code ?? "");
}

/** The end of the session that this error code means, or null when the session goes on. */
export function endForCode(code: string | null | undefined): SessionEnd | null {
  if (code === "session_expired") return EXPIRED;
  const reason = FATAL_REASONS.get(code ?? "");
  return reason === undefined ? null : { reason, fatal: true };
}

/** The server closed the socket; its close reason may carry a code after a dot. */
export function endForClose(closeReason: string): SessionEnd {
  return endForCode(closeReason.split(".").at(-1)) ?? LOST;
}

/** An HTTP answer instead of a socket or a result. `code` is the body's `error.code`, when it had one. */
export function endForHttp(status: number, code: string | null): SessionEnd {
  const known = endForCode(code);
  if (known) return known;
  if (status === 401) return { reason: KEY, fatal: true };
  if (status === 402) return { reason: QUOTA, fatal: true };
  if (status === 403 || status === 404) return { reason: MODEL, fatal: true };
  if (status === 408) return UNREACHABLE;
  if (status === 429) return { reason: "OpenAI is limiting our requests.", fatal: false };
  if (status >= 500) return { reason: "OpenAI is not available right now.", fatal: false };
  return { reason: `OpenAI refused the connection (HTTP ${status}).`, fatal: true };
}
