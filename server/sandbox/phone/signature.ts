import { createHmac } from "node:crypto";

/** The part of a link that is requested: its fragment only configures the request. */
export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, "");
}

/** The address as Twilio signs it: no fragment, no user information, and no port for voice over HTTPS. */
function signedUrl(url: string): string {
  const bare = withoutFragment(url).replace(/^(\w+:\/\/)[^/?@]*@/, "$1");
  return bare.replace(/^(https:\/\/[^/?:]+):\d+/, "$1");
}

/**
 * `X-Twilio-Signature`: base64 HMAC-SHA1 over the address and the sorted form fields. GET requests and sockets
 * are signed without fields.
 * https://www.twilio.com/docs/usage/security
 */
export function signatureOf(authToken: string, url: string, fields: URLSearchParams): string {
  const names = [...new Set(fields.keys())].toSorted((a, b) => (a < b ? -1 : 1));
  const pairs = names.flatMap((name) =>
    [...new Set(fields.getAll(name))].toSorted().map((value) => `${name}${value}`),
  );
  return createHmac("sha1", authToken)
    .update(signedUrl(url) + pairs.join(""))
    .digest("base64");
}
