const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * The origins whose pages count as ours: PUBLIC_URL's, and the other loopback names of the same port when it is a loopback address
 * (people type `localhost` for a server that says `127.0.0.1`).
 */
export function ownOrigins(publicUrl: string): string[] {
  const { protocol, hostname, port, origin } = new URL(publicUrl);
  if (!LOOPBACK_NAMES.includes(hostname)) return [origin];
  return LOOPBACK_NAMES.map((name) => new URL(`${protocol}//${name}${port === "" ? "" : `:${port}`}`).origin);
}

/** Whether an `Origin` header names one of our own pages. Missing, `null` and unreadable origins do not. */
export function isSameOrigin(publicUrl: string, originHeader: string | undefined): boolean {
  return originHeader !== undefined && ownOrigins(publicUrl).includes(originHeader.toLowerCase());
}
