import { callIdOfLink, LINK_PREFIX } from "#shared/call-link.ts";
import type { Clock } from "#server/lib/clock.ts";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Derived for this purpose alone: what is signed here opens nothing else, and nothing else signs this. */
const PURPOSE = "ringside call link v1";
const SIGNATURE_BYTES = 18;

export type CallLinks = {
  /** A token for the call's consumer that works until this instant, in whole seconds. */
  tokenFor(callId: string, expiresAtMs: number): string;
  /** The call of a genuine token that has not expired; null for everything else. */
  read(token: string): string | null;
};

/** Signed links to one call [CL223]. They hold nothing but the call's id, their end and a signature; nothing is stored. */
export function createCallLinks({
  sessionSecret,
  clock,
}: {
  sessionSecret: string;
  clock: Clock;
}): CallLinks {
  const key = Buffer.from(hkdfSync("sha256", sessionSecret, "", PURPOSE, 32));
  const sign = (callId: string, expiry: string): string => {
    const signed = createHmac("sha256", key).update(`${callId}~${expiry}`).digest();
    return `${LINK_PREFIX}${callId}~${expiry}~${signed.subarray(0, SIGNATURE_BYTES).toString("base64url")}`;
  };
  return {
    tokenFor: (callId, expiresAtMs) => sign(callId, Math.floor(expiresAtMs / 1000).toString(36)),
    read(token) {
      const callId = callIdOfLink(token);
      const [, expiry] = token.split("~");
      if (callId === null || expiry === undefined) return null;
      // The whole text is compared, so each link has one spelling.
      if (!same(token, sign(callId, expiry))) return null;
      return clock.nowMs() < Number.parseInt(expiry, 36) * 1000 ? callId : null;
    },
  };
}

function same(given: string, genuine: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(genuine)];
  return a.length === b.length && timingSafeEqual(a, b);
}
