/** What the three parts of the adapter share. `publicUrl` and `nodePublicUrl` are configured, never taken from a request. */
export type TwilioAccount = {
  accountSid: string;
  authToken: string;
  /** Where Twilio reaches any of our servers: every webhook is built from it and checked against it. */
  publicUrl: string;
  /** This server's own address, so that a stream lands where its TwiML was answered. */
  nodePublicUrl: string;
};

export type WebhookKind = "voice" | "status" | "amd" | "stream-ended" | "stream-status" | "dial-ended";

/**
 * Twilio's per-URL retry policy, written as a fragment that is never sent and never signed: three more tries on any failure. By default a
 * webhook that meets a 5xx is lost, and every handler of ours may be repeated.
 */
const RETRIED = "#rc=3&rp=all";

/** Ids and tokens as they stand in a path; anything else is none of ours. */
const PATH_PART = "[A-Za-z0-9_-]{1,128}";
const MEDIA_PATH = new RegExp(`^/twilio/media/(${PATH_PART})/(${PATH_PART})/?$`);
const ATTEMPT_ID = new RegExp(`^${PATH_PART}$`);

export function isAttemptId(text: string): boolean {
  return ATTEMPT_ID.test(text);
}

/** `https://host` without path and slash; the default port is left out, as Twilio does. */
function originOf(url: string): string {
  return new URL(url).origin;
}

/** The URL as Twilio requests and signs it. */
export function webhookUrl(publicUrl: string, kind: WebhookKind, attemptId: string): string {
  return `${originOf(publicUrl)}/twilio/${kind}/${attemptId}`;
}

/** The same URL as it is given to Twilio where losing one request would cost a call. */
export function retriedWebhookUrl(publicUrl: string, kind: WebhookKind, attemptId: string): string {
  return webhookUrl(publicUrl, kind, attemptId) + RETRIED;
}

/** The origin of a Stream URL: https becomes wss, http (sandbox on loopback) becomes ws. */
function mediaOrigin(nodePublicUrl: string): string {
  return originOf(nodePublicUrl).replace(/^http/, "ws");
}

/** The Stream URL. The token is in the path because Twilio strips queries. */
export function mediaUrl(nodePublicUrl: string, attemptId: string, token: string): string {
  return `${mediaOrigin(nodePublicUrl)}/twilio/media/${attemptId}/${token}`;
}

/** Reads the path of an upgrade request; null when it is not exactly a media path (a query makes it another path). */
export function parseMediaPath(path: string): { attemptId: string; token: string } | null {
  const [, attemptId, token] = MEDIA_PATH.exec(path) ?? [];
  return attemptId === undefined || token === undefined ? null : { attemptId, token };
}
