import { createAccountsFixture } from "#server/accounts/accounts-fixture.suite.ts";
import type { OutsideIdentity } from "#server/accounts/outside-issuer.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

const identity = (changes: Partial<OutsideIdentity>): OutsideIdentity => ({
  issuer: "https://issuer.test/",
  subject: "user_1",
  name: "Ada",
  email: "ada@people.test",
  emailVerified: true,
  accountType: "consumer",
  ...changes,
});

/** An issuer whose tokens are JSON, base64url, between two dots. */
function start(config = {}) {
  const outsideIssuer = {
    identify: async (token: string) =>
      JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()),
  };
  const fixture = createAccountsFixture(database(), { config, parts: { outsideIssuer } });
  const callerOf = (who: Partial<OutsideIdentity>) => {
    const payload = Buffer.from(JSON.stringify(identity(who))).toString("base64url");
    return fixture.accounts.callerOf({ authorization: `Bearer x.${payload}.x` });
  };
  return { ...fixture, callerOf };
}

test("[AC9] the first token makes the account, later ones find it; issuer and subject decide", async () => {
  const { accounts, callerOf } = start();
  const callers = await Promise.all([1, 2, 3, 4].map(() => callerOf({ subject: "first" })));
  expect(new Set(callers.map((caller) => caller?.accountId)).size).toBe(1);
  const renamed = await callerOf({ subject: "first", name: "Ada L.", email: "new@people.test" });
  expect(renamed).toEqual({ ...callers[0], name: "Ada L.", email: "new@people.test" });
  expect(await accounts.nameOf(renamed?.accountId ?? "")).toBe("Ada L.");
  expect([...(await accounts.emailsOf([renamed?.accountId ?? ""])).values()]).toEqual(["new@people.test"]);
  const elsewhere = await callerOf({ subject: "first", issuer: "https://other.test/" });
  expect(elsewhere?.accountId).not.toBe(renamed?.accountId);
});

test("[AC9] an equal e-mail address opens nobody else's account", async () => {
  const { callerOf, signUp } = start();
  const { caller, email } = await signUp("consumer");
  expect((await callerOf({ subject: "twin", email }))?.accountId).not.toBe(caller.accountId);
});

test("[AC9] a business account keeps its kind and has a business", async () => {
  const { businesses, callerOf } = start();
  const caller = await callerOf({ subject: "firm", accountType: "business" });
  if (caller === null) throw new Error("no caller");
  expect((await businesses.profile(caller)).businessId).toBe(caller.businessId);
  expect(await callerOf({ subject: "firm", accountType: "consumer" })).toEqual(caller);
});

test("[AC4] an outside supervisor needs a verified address on the operator's list in production", async () => {
  const { callerOf } = start({ supervisorEmails: ["ada@people.test"], production: true });
  expect((await callerOf({ subject: "s1" }))?.role).toBe("supervisor");
  expect((await callerOf({ subject: "s2", emailVerified: false }))?.role).toBe("consumer");
});

test("[AC21] an outside token cannot bring a demo address while DEMO is off", async () => {
  const { callerOf } = start();
  expect(await callerOf({ subject: "d1", email: "supervisor@demo.test" })).toBeNull();
});
