import { type Accounts, type AccountsDependencies, createAccounts } from "#server/accounts/accounts.ts";
import { type Businesses, createBusinesses } from "#server/accounts/businesses.ts";
import type { Caller } from "#server/accounts/caller.ts";
import type { Database } from "#server/database/connection.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createLimits } from "#server/database/limits.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { randomBytes, randomUUID } from "node:crypto";

export const ORIGIN = "http://127.0.0.1:3000";

export type AccountsFixture = {
  accounts: Accounts;
  businesses: Businesses;
  clock: ManualClock;
  texts: { to: string; body: string }[];
  mails: { to: string; subject: string; text: string }[];
  /** Posts JSON to the auth library as a client without cookies. */
  auth(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  signUp(accountType: "consumer" | "business", email?: string): Promise<SignedUp>;
};

type SignedUp = { caller: Caller; token: string; cookie: string; email: string };

export const PASSWORD = "correct horse";
const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));

export function createAccountsFixture(
  database: Database,
  options: {
    config?: Partial<AccountsDependencies["config"]>;
    parts?: Partial<AccountsDependencies>;
  } = {},
): AccountsFixture {
  const { db, connection } = database;
  const clock = new ManualClock();
  const texts: AccountsFixture["texts"] = [];
  const mails: AccountsFixture["mails"] = [];
  const businesses = createBusinesses({ connection, clock });
  const accounts = createAccounts({
    config: {
      publicUrl: ORIGIN,
      trustedOrigins: [ORIGIN, "http://localhost:3000"],
      sessionSecret: "a secret of at least thirty-two characters",
      supervisorEmails: [],
      production: false,
      demo: false,
      ...options.config,
    },
    db,
    businesses,
    limits: createLimits({ db: connection, clock }),
    seals,
    clock,
    logger: silentLogger,
    sendSms: async (to, body) => void texts.push({ to, body }),
    sendEmail: async (mail) => void mails.push(mail),
    ...options.parts,
  });
  const auth: AccountsFixture["auth"] = (path, body, headers = {}) =>
    accounts.authHandler(
      new Request(`${ORIGIN}/api/auth${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    );
  return {
    accounts,
    businesses,
    clock,
    texts,
    mails,
    auth,
    async signUp(accountType, email = `${accountType}-${randomUUID()}@people.test`) {
      const reply = await auth("/sign-up/email", {
        name: "Pat Person",
        email,
        password: PASSWORD,
        accountType,
      });
      if (reply.status !== 200) throw new Error(`sign-up answered ${reply.status} ${await reply.text()}`);
      const token = reply.headers.get("set-auth-token") ?? "";
      const cookie = reply.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const caller = await accounts.callerOf({ authorization: `Bearer ${token}` });
      if (caller === null) throw new Error("the token of a sign-up opened nothing");
      return { caller, token, cookie, email };
    },
  };
}
