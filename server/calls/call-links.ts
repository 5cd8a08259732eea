import { LINK_PREFIX } from "#shared/call-link.ts";
import type { Clock } from "#server/lib/clock.ts";
import { createSignedTokens } from "#server/lib/signed-token.ts";

/** Derived for this purpose alone: what is signed here opens nothing else, and nothing else signs this. */
const PURPOSE = "ringside call link v1";

export type CallLinks = {
  /** A token for the call's consumer that works until this instant, in whole seconds. */
  tokenFor(callId: string, expiresAtMs: number): string;
  /** The call of a genuine token that has not expired; null for everything else. */
  read(token: string): string | null;
};

/** Signed links to one call [CL223]. They hold nothing but the call's id, their end and a signature; nothing is stored. */
export function createCallLinks({
  sessionSecret: secret,
  clock,
}: {
  sessionSecret: string;
  clock: Clock;
}): CallLinks {
  const tokens = createSignedTokens({ secret, clock, purpose: PURPOSE });
  return {
    tokenFor: (callId, expiresAtMs) => `${LINK_PREFIX}${tokens.sign(callId, expiresAtMs)}`,
    read: (token) => (token.startsWith(LINK_PREFIX) ? tokens.read(token.slice(LINK_PREFIX.length)) : null),
  };
}
