import twilio from "twilio";

/**
 * Whether Twilio signed these form parameters for this URL with our auth token. `url` is built from configuration, so a forged Host header
 * changes nothing; what a signature cannot say is "now": a captured request stays valid, and handlers are idempotent.
 */
export function isSignedWebhook(
  authToken: string,
  signature: string | undefined,
  url: string,
  parameters: Record<string, unknown>,
): boolean {
  if (signature === undefined) return false;
  return twilio.validateRequest(authToken, signature, url, parameters);
}

/**
 * The same for a media handshake, which signs the Stream URL alone. Twilio's documentation warns that it may sign the URL with a slash
 * appended (twilio.md §4.2).
 */
export function isSignedMediaHandshake(
  authToken: string,
  signature: string | undefined,
  streamUrl: string,
): boolean {
  if (signature === undefined) return false;
  return [streamUrl, `${streamUrl}/`].some((url) => twilio.validateRequest(authToken, signature, url, {}));
}
