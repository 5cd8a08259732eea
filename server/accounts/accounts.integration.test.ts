import { createAccountsFixture, ORIGIN, PASSWORD } from "#server/accounts/accounts-fixture.suite.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { beforeAll, expect, test } from "vitest";

const database = useTestDatabase();
let fixture: ReturnType<typeof createAccountsFixture>;
beforeAll(() => {
  fixture = createAccountsFixture(database());
});

const credentials = (email: string, password = PASSWORD) => ({ email, password });

test("[AC1] sign-up, bearer token, cookie and sign-out", async () => {
  const { accounts, auth, signUp } = fixture;
  const { caller, token, cookie, email } = await signUp("consumer");
  expect(caller).toMatchObject({ name: "Pat Person", email, role: "consumer", businessId: null });
  expect(caller.accountId).toMatch(/^acc_[0-9a-f]{32}$/);
  expect(await accounts.callerOf({ cookie })).toEqual(caller);
  expect(await accounts.me(caller)).toEqual({ ...caller, phone: null });
  expect(await accounts.nameOf(caller.accountId)).toBe("Pat Person");
  const emails = await accounts.emailsOf([caller.accountId, "acc_nobody"]);
  expect([...emails]).toEqual([[caller.accountId, caller.email]]);

  const signedIn = await auth("/sign-in/email", credentials(email));
  expect(signedIn.status).toBe(200);
  const second = signedIn.headers.get("set-auth-token") ?? "";
  expect(second).not.toBe(token);
  expect((await auth("/sign-out", {}, { authorization: `Bearer ${second}` })).status).toBe(200);
  expect(await accounts.callerOf({ authorization: `Bearer ${second}` })).toBeNull();
  expect(await accounts.callerOf({ authorization: `Bearer ${token}` })).toEqual(caller);
});

test("[AC2] the cookie is HttpOnly and SameSite=Lax, and Secure behind https", async () => {
  const { email } = await fixture.signUp("consumer");
  const plain = await fixture.auth("/sign-in/email", credentials(email));
  expect(plain.headers.getSetCookie()[0]).toMatch(/^ringside\.session_token=.*HttpOnly; SameSite=Lax/i);
  expect(plain.headers.getSetCookie()[0]).not.toMatch(/Secure/);
  const secure = createAccountsFixture(database(), { config: { publicUrl: "https://ringside.test" } });
  const reply = await secure.auth("/sign-in/email", credentials(email));
  expect(reply.headers.getSetCookie()[0]).toMatch(/^__Secure-ringside\.session_token=.*Secure/);
});

test.each([
  ["nothing", {}],
  ["an unknown token", { authorization: "Bearer abc.def" }],
  ["an unsigned token", { authorization: "Bearer abcdefghijklmnopqrstuvwxyz123456" }],
  ["another scheme", { authorization: "Basic YTpi" }],
  ["an empty token", { authorization: "Bearer " }],
  ["somebody else's cookie", { cookie: "ringside.session_token=abc.def" }],
  ["an outside token while no issuer is configured", { authorization: "Bearer a.b.c" }],
])("[AC1] %s opens nothing", async (_what, headers) => {
  expect(await fixture.accounts.callerOf(headers)).toBeNull();
});

test("[AC1] a bad bearer token is not rescued by a good cookie", async () => {
  const { cookie } = await fixture.signUp("consumer");
  expect(await fixture.accounts.callerOf({ cookie, authorization: "Bearer abc.def" })).toBeNull();
});

test("[AC3] a role, a business or an id cannot be asked for at sign-up", async () => {
  const { accounts, auth } = fixture;
  const extras = [
    { role: "supervisor" },
    { accountType: "supervisor" },
    { businessId: "biz_12345678" },
    { emailVerified: true },
    { id: "acc_chosen" },
    { _id: "acc_chosen" },
    { accountType: { $ne: null } },
  ];
  for (const [index, extra] of extras.entries()) {
    const email = `sly-${index}@people.test`;
    const body = { name: "Sly", password: PASSWORD, accountType: "consumer", ...extra, email };
    const reply = await auth("/sign-up/email", body);
    if (reply.status !== 200) {
      expect(reply.status).toBe(400);
      continue;
    }
    const token = reply.headers.get("set-auth-token") ?? "";
    const caller = await accounts.callerOf({ authorization: `Bearer ${token}` });
    expect(caller).toMatchObject({ role: "consumer", businessId: null });
    expect(caller?.accountId).not.toBe("acc_chosen");
    expect(await database().db.collection("users").findOne({ email })).toMatchObject({
      emailVerified: false,
    });
  }
});

test("[AC3] sign-up needs a kind of account, a name and a usable password; an address is used once", async () => {
  const { auth, signUp } = fixture;
  const { email } = await signUp("consumer", "taken@people.test");
  const good = { name: "Pat", email: "new@people.test", password: PASSWORD, accountType: "consumer" };
  for (const wrong of [
    { accountType: undefined },
    { name: "  " },
    { name: "x".repeat(81) },
    { password: "short" },
    { email: "no address" },
    { email: { $gt: "" } },
  ]) {
    expect((await auth("/sign-up/email", { ...good, ...wrong })).status).toBe(400);
  }
  for (const again of [email, email.toUpperCase()]) {
    expect((await auth("/sign-up/email", { ...good, email: again })).status).toBe(422);
  }
});

test("[AC3] parallel sign-ups with one address make one account", async () => {
  const { auth } = fixture;
  const email = "race@people.test";
  const body = { name: "Racer", email, password: PASSWORD, accountType: "business" };
  const replies = await Promise.all(Array.from({ length: 6 }, () => auth("/sign-up/email", body)));
  expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
  expect(await database().db.collection("users").countDocuments({ email })).toBe(1);
});

test("[AC4] supervisors follow from the operator's list, whatever they signed up as", async () => {
  const config = { supervisorEmails: ["Boss@People.test"] };
  const { signUp } = createAccountsFixture(database(), { config });
  expect((await signUp("business", "boss@people.test")).caller).toMatchObject({
    role: "supervisor",
    businessId: null,
  });
  expect((await signUp("consumer")).caller.role).toBe("consumer");
});

test("[AC4] in production a supervisor's address counts only after it was verified", async () => {
  const config = { supervisorEmails: ["chief@people.test"], production: true };
  const { accounts, signUp, mails } = createAccountsFixture(database(), { config });
  const { caller, token } = await signUp("consumer", "chief@people.test");
  expect(caller.role).toBe("consumer");
  const link = /http\S+/.exec(mails[0]?.text ?? "")?.[0] ?? "";
  await accounts.authHandler(new Request(link));
  expect((await accounts.callerOf({ authorization: `Bearer ${token}` }))?.role).toBe("supervisor");
});

test("[AC5] a foreign page cannot use the cookie or sign somebody in", async () => {
  const { auth, signUp } = fixture;
  const { cookie, email } = await signUp("consumer");
  const body = credentials(email);
  expect((await auth("/sign-in/email", body, { origin: "https://evil.test" })).status).toBe(403);
  expect((await auth("/sign-out", {}, { cookie, origin: "https://evil.test" })).status).toBe(403);
  expect((await auth("/sign-out", {}, { cookie })).status).toBe(403);
  expect((await auth("/sign-in/email", body, { origin: "http://localhost:3000" })).status).toBe(200);
  expect((await auth("/sign-out", {}, { cookie, origin: ORIGIN })).status).toBe(200);
});

test("[AC6] ten wrong passwords close the door for that address; right ones never do", async () => {
  const { auth, signUp, clock } = fixture;
  const { email } = await signUp("consumer");
  const { email: other } = await signUp("consumer");
  const sixAtOnce = Array.from({ length: 6 });
  for (let round = 0; round < 2; round++) {
    const right = await Promise.all(sixAtOnce.map(() => auth("/sign-in/email", credentials(other))));
    expect(right.map((reply) => reply.status)).toEqual(sixAtOnce.map(() => 200));
  }
  const rounds = Array.from({ length: 11 });
  const wrong = await Promise.all(
    rounds.map(() => auth("/sign-in/email", credentials(email, "wrong password"))),
  );
  expect(wrong.filter((reply) => reply.status === 401)).toHaveLength(10);
  expect(wrong.filter((reply) => reply.status === 429)).toHaveLength(1);
  const closed = await auth("/sign-in/email", credentials(email.toUpperCase()));
  expect(closed.status).toBe(429);
  expect(await closed.json()).toMatchObject({ code: "RATE_LIMITED", data: { retryAfterSeconds: 600 } });
  expect((await auth("/sign-in/email", credentials(other))).status).toBe(200);
  clock.advance(10 * 60_000 + 1000);
  expect((await auth("/sign-in/email", credentials(email))).status).toBe(200);
});

test("[AC6] unknown address and wrong password look alike", async () => {
  const { auth, signUp } = fixture;
  const { email } = await signUp("consumer");
  const wrong = await auth("/sign-in/email", credentials(email, "wrong password"));
  const unknown = await auth("/sign-in/email", credentials("nobody@people.test"));
  expect([wrong.status, await wrong.json()]).toEqual([unknown.status, await unknown.json()]);
});

test("[AC7] a session that was not used for half a day is over; a used one is prolonged", async () => {
  const { accounts, signUp } = fixture;
  const sessions = database().db.collection<{ expiresAt: Date; updatedAt: Date }>("sessions");
  const { caller, token, cookie } = await signUp("consumer");
  const byToken = { token: token.split(".")[0] ?? "" };
  await sessions.updateOne(byToken, { $set: { expiresAt: new Date(Date.now() + 60_000) } });
  const cookies: string[] = [];
  expect(await accounts.callerOf({ cookie }, (set) => cookies.push(...set))).toEqual(caller);
  expect(cookies.join()).toContain("Max-Age=43200");
  const prolonged = await sessions.findOne(byToken);
  expect(prolonged?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 11 * 3_600_000);
  await sessions.updateOne(byToken, { $set: { expiresAt: new Date(Date.now() - 1) } });
  expect(await accounts.callerOf({ cookie })).toBeNull();
});
