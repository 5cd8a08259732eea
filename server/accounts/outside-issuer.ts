import { accountTypeSchema } from "#server/accounts/auth-library.ts";
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { z } from "zod";

/** Clerk, Auth0 or any other issuer of OpenID Connect tokens. */
export type OutsideIssuerConfig = { issuer: string; audience: string; jwksUrl: string };

/** What a token of that issuer proves. */
export type OutsideIdentity = {
  issuer: string;
  subject: string;
  name: string;
  email: string;
  emailVerified: boolean;
  accountType: "consumer" | "business";
};

/** Signature algorithms with a public key; a token cannot talk us into `none` or into HMAC with the public key. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
/** Clocks of two companies differ a little. */
const CLOCK_TOLERANCE_SECONDS = 30;

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  name: z.string().trim().min(1).max(80).optional().catch(undefined),
  email: z.string().max(254).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  accountType: accountTypeSchema.optional().catch(undefined),
});

export type OutsideIssuer = {
  /** Null when the token proves nothing: wrong issuer, audience, algorithm, signature or time. Throws when the keys cannot be fetched. */
  identify(token: string): Promise<OutsideIdentity | null>;
};

/** `keys` replaces the remote key set in tests. */
export function createOutsideIssuer(config: OutsideIssuerConfig, keys?: JWTVerifyGetKey): OutsideIssuer {
  const { issuer, audience, jwksUrl } = config;
  const keySet = keys ?? createRemoteJWKSet(new URL(jwksUrl));
  return {
    async identify(token) {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          requiredClaims: ["sub", "exp"],
        });
        const { sub, name, email, email_verified: emailVerified, accountType } = claimsSchema.parse(payload);
        return {
          issuer,
          subject: sub,
          name: name ?? "Caller",
          email: email ?? "",
          emailVerified: emailVerified ?? false,
          accountType: accountType ?? "consumer",
        };
      } catch (error) {
        if (error instanceof errors.JWKSTimeout) throw error;
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
        throw error;
      }
    },
  };
}

/** Session tokens of ours have two parts; JWTs have three. */
export const looksLikeJwt = (token: string): boolean => token.split(".").length === 3;
