import type { Clock } from "#server/lib/clock.ts";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

const SIGNATURE_BYTES = 18;

export type SignedTokens = {
  /** `<subject>~<end>~<signature>`, good until this instant in whole seconds. A subject has no `~`. */
  sign(subject: string, expiresAtMs: number): string;
  /** The subject of a genuine token that has not expired; null for everything else. */
  read(token: string): string | null;
};

/** Tokens that say what they open and until when, and hold nothing else; nothing is stored. What is signed for one purpose opens nothing else. */
export function createSignedTokens(parts: { secret: string; purpose: string; clock: Clock }): SignedTokens {
  const key = Buffer.from(hkdfSync("sha256", parts.secret, "", parts.purpose, 32));
  const signed = (subject: string, expiry: string): string => {
    const signature = createHmac("sha256", key).update(`${subject}~${expiry}`).digest();
    return `${subject}~${expiry}~${signature.subarray(0, SIGNATURE_BYTES).toString("base64url")}`;
  };
  return {
    sign: (subject, expiresAtMs) => signed(subject, Math.floor(expiresAtMs / 1000).toString(36)),
    read(token) {
      const [subject, expiry] = token.split("~");
      if (subject === undefined || expiry === undefined) return null;
      // The whole text is compared, so each token has one spelling.
      if (!same(token, signed(subject, expiry))) return null;
      return parts.clock.nowMs() < Number.parseInt(expiry, 36) * 1000 ? subject : null;
    },
  };
}

function same(given: string, genuine: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(genuine)];
  return a.length === b.length && timingSafeEqual(a, b);
}
