import { createAccountsFixture } from "#server/accounts/accounts-fixture.suite.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { PUBLIC_URL, startHttpFixture } from "#server/http/http-fixture.suite.ts";
import { createAccountProcedures } from "#server/http/procedures/account.ts";
import { createBusinessProfileProcedures } from "#server/http/procedures/business-profile.ts";
import { createRouter, type RouterParts } from "#server/http/procedures/router.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

/** Real accounts behind the real server. */
async function start() {
  const { accounts, businesses, texts } = createAccountsFixture(database());
  const parts = {
    account: createAccountProcedures({ accounts, stopAllCalls: async () => ({ callsCancelled: 2 }) }),
    business: createBusinessProfileProcedures({ businesses, matching: { matchBusiness: async () => 0 } }),
  };
  const procedures = createRouter(parts as unknown as RouterParts);
  const server = await startHttpFixture({ db: database().db, accounts, procedures });
  const signUp = (body: Record<string, unknown>, headers = {}) =>
    server.post(
      "/api/auth/sign-up/email",
      { name: "Bea Business", password: "long enough", accountType: "business", ...body },
      headers,
    );
  return { ...server, texts, signUp };
}

test("[HT24] sign-up, profile and phone over REST with a bearer token", async () => {
  const { url, post, signUp, texts } = await start();
  const reply = await signUp({ email: "bea@people.test" });
  expect(reply.status).toBe(200);
  const authorization = `Bearer ${reply.headers.get("set-auth-token")}`;
  const me = await fetch(`${url}/api/account/me`, { headers: { authorization } });
  expect(await me.json()).toMatchObject({ email: "bea@people.test", role: "business", phone: null });
  const profile = await post(
    "/api/business/profile",
    { name: "Bea & Co", role: "supervisor" },
    { authorization },
  );
  expect(await profile.json()).toMatchObject({ name: "Bea & Co", legalName: "Bea & Co", complete: true });
  const phoneNumber = "(212) 555-0177";
  expect((await post("/api/account/phone/code", { phoneNumber }, { authorization })).status).toBe(200);
  const code = /\d{6}/.exec(texts.at(-1)?.body ?? "")?.[0];
  const proven = await post("/api/account/phone", { phoneNumber, code }, { authorization });
  expect(await proven.json()).toEqual({ verified: true, phone: "•••• 0177" });
  const foreign = await post("/api/account/phone/code", { phoneNumber: "+18765551234" }, { authorization });
  expect([foreign.status, (await foreign.json()).code]).toEqual([422, "PHONE_INVALID"]);
});

test("[HT24] a browser signs in with a cookie from our page and signs out", async () => {
  const { url, post, signUp } = await start();
  const signedUp = await signUp(
    { email: "browser@people.test", accountType: "consumer" },
    { origin: PUBLIC_URL },
  );
  const cookie = signedUp.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const me = await fetch(`${url}/api/account/me`, { headers: { cookie } });
  expect(await me.json()).toMatchObject({ email: "browser@people.test", role: "consumer" });
  const fromPage = { cookie, origin: PUBLIC_URL };
  const stop = await post("/api/account/stop-all-calls", {}, fromPage);
  expect(await stop.json()).toEqual({ stopped: true, callsCancelled: 2 });
  expect((await post("/api/auth/sign-out", {}, { cookie, origin: "https://evil.test" })).status).toBe(403);
  expect((await post("/api/auth/sign-out", {}, fromPage)).status).toBe(200);
  expect((await fetch(`${url}/api/account/me`, { headers: { cookie } })).status).toBe(401);
});

test("[HT24] refusals of the auth library have a code and a sentence", async () => {
  const { url, post, signUp } = await start();
  const replies = [
    await signUp({ email: "no address" }),
    await signUp({ email: "x@people.test", accountType: "supervisor" }),
    await post("/api/auth/sign-in/email", { email: "nobody@people.test", password: "wrong words" }, {}),
    await post("/api/auth/sign-in/email", "{broken", {}),
    await post("/api/auth/sign-in/email", "[]", {}),
    await fetch(`${url}/api/auth/reset-password/unknown-token`),
    await post("/api/auth/update-user", { accountType: "business" }, {}),
  ];
  for (const reply of replies.filter(({ status }) => status !== 302)) {
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.status).toBeLessThan(500);
    expect(await reply.json()).toEqual(
      expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
    );
  }
});

test("[HT25] the log of sign-up, wrong password, codes and profile holds nobody's data", async () => {
  const { post, signUp, logged } = await start();
  const email = "canary@people.test";
  const signedUp = await signUp({ email, name: "Canary Person" });
  await signUp({ email });
  const token = signedUp.headers.get("set-auth-token") ?? "";
  await post("/api/auth/sign-in/email", { email, password: "canary-password" }, {});
  await post(
    "/api/account/phone/code",
    { phoneNumber: "+12125550188" },
    { authorization: `Bearer ${token}` },
  );
  await post("/api/business/profile", { name: "Canary Inc" }, { authorization: `Bearer ${token}` });
  expect(logged()).toContain('"route":"business.updateProfile"');
  expect(logged()).not.toMatch(/canary|5550188/i);
  expect(logged()).not.toContain(token.split(".")[0]);
});
