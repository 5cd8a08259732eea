/**
 * The token in a signed link to one call (`/c/<token>`): `link_<call id>~<expiry>~<signature>`. Whoever holds it is the call's consumer, for
 * that call only; sent as `Authorization: Bearer`, or as `auth.token` of a socket. Only the server can make or check one.
 */
export const LINK_PREFIX = "link_";

/** The call that a link is about; null when this is no link. Says nothing about whether it is genuine. */
export function callIdOfLink(token: string): string | null {
  if (!token.startsWith(LINK_PREFIX)) return null;
  const [callId = ""] = token.slice(LINK_PREFIX.length).split("~");
  return callId === "" ? null : callId;
}
