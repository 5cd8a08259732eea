import { createOutsideIssuer, looksLikeJwt } from "#server/accounts/outside-issuer.ts";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { expect, test } from "vitest";

const config = {
  issuer: "https://issuer.test/",
  audience: "ringside",
  jwksUrl: "https://issuer.test/jwks.json",
};
const { privateKey, publicKey } = await generateKeyPair("RS256");
const publicJwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" };
const issuer = createOutsideIssuer(config, createLocalJWKSet({ keys: [publicJwk] }));

type Twist = { issuer?: string; audience?: string; expires?: string; key?: CryptoKey };

function token(claims: JWTPayload, twist: Twist = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setIssuer(twist.issuer ?? config.issuer)
    .setAudience(twist.audience ?? config.audience)
    .setIssuedAt()
    .setExpirationTime(twist.expires ?? "5m")
    .sign(twist.key ?? privateKey);
}

test("[AC8] a token of the issuer names a subject; it is a consumer unless it says business", async () => {
  const claims = { sub: "user_1", email: "a@b.test", email_verified: true, name: "Ada" };
  expect(await issuer.identify(await token(claims))).toEqual({
    issuer: config.issuer,
    subject: "user_1",
    name: "Ada",
    email: "a@b.test",
    emailVerified: true,
    accountType: "consumer",
  });
  const firm = await token({ sub: "user_2", accountType: "business" });
  expect(await issuer.identify(firm)).toMatchObject({ accountType: "business", emailVerified: false });
});

test("[AC8] a claim cannot make a supervisor", async () => {
  const sly = await token({ sub: "user_1", accountType: "supervisor", role: "supervisor" });
  expect(await issuer.identify(sly)).toMatchObject({ accountType: "consumer" });
});

test("[AC8] wrong issuer, audience, key, time or algorithm prove nothing", async () => {
  const stranger = await generateKeyPair("RS256");
  const claims = { sub: "user_1" };
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = encode({ ...claims, iss: config.issuer, aud: config.audience, exp: 9_999_999_999 });
  const hmacWithPublicKey = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", kid: "one" })
    .setIssuer(config.issuer)
    .setAudience(config.audience)
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(JSON.stringify(publicJwk).padEnd(64, " ")));
  const refused = [
    await token(claims, { issuer: "https://other.test/" }),
    await token(claims, { audience: "somebody-else" }),
    await token(claims, { key: stranger.privateKey }),
    await token(claims, { expires: "-5m" }),
    await token({}),
    hmacWithPublicKey,
    `${encode({ alg: "none" })}.${body}.`,
    "a.b.c",
  ];
  for (const text of refused) expect(await issuer.identify(text)).toBeNull();
});

test("[AC8] our own tokens are not taken for outside ones", () => {
  expect(looksLikeJwt("token.signature")).toBe(false);
});
