import { type AuthLibrary, createAuthLibrary, type SendEmail } from "#server/accounts/auth-library.ts";
import type { Businesses } from "#server/accounts/businesses.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { DEMO_PEOPLE, isDemoAddress } from "#server/accounts/demo-people.ts";
import { createDemoSetup, type DemoPerson } from "#server/accounts/demo-setup.ts";
import { createOutsideAccounts, type OutsideAccounts } from "#server/accounts/outside-accounts.ts";
import {
  createOutsideIssuer,
  looksLikeJwt,
  type OutsideIssuer,
  type OutsideIssuerConfig,
} from "#server/accounts/outside-issuer.ts";
import { CODE_LIFE_SECONDS, createPhoneCodes } from "#server/accounts/phone-codes.ts";
import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import { createPhones, type ProvenPhone } from "#server/accounts/phones.ts";
import type { Db } from "#server/database/connection.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { Me, Role } from "#shared/contract/account.ts";
import { z } from "zod";

type AccountsConfig = {
  publicUrl: string;
  /** Origins whose pages may sign in with cookies; PUBLIC_URL's, and its other loopback names. */
  trustedOrigins: string[];
  sessionSecret: string;
  supervisorEmails: readonly string[];
  production: boolean;
  demo: boolean;
  outsideIssuer?: OutsideIssuerConfig | null;
};

export type AccountsDependencies = {
  config: AccountsConfig;
  db: Db;
  businesses: Businesses;
  limits: Limits;
  seals: Seals;
  clock: Clock;
  logger: Logger;
  /** Texts `body` to the number `to` (E.164). */
  sendSms(to: string, body: string): Promise<void>;
  sendEmail?: SendEmail;
  /** Whether the person behind this number asked not to be called or texted. */
  isSuppressed?(phoneKey: string): Promise<boolean>;
  /** Replaces the issuer of `config.outsideIssuer` in tests. */
  outsideIssuer?: OutsideIssuer;
};

/** What a request or a socket shows of itself; Node's incoming headers fit. */
type Credentials = { authorization?: string | undefined; cookie?: string | undefined };

export type Accounts = {
  /** Answers what is under `/api/auth`; the body must be bounded by the caller. Rejects when the database fails. */
  authHandler(request: Request): Promise<Response>;
  /**
   * Who is asking; null when nothing valid was shown. A bearer token wins over the cookie. `onCookies` receives cookies to set
   * when the session was prolonged.
   */
  callerOf(credentials: Credentials, onCookies?: (setCookies: string[]) => void): Promise<Caller | null>;
  me(caller: Caller): Promise<Me>;
  /** Texts a code. @throws Failure PHONE_INVALID, SUPPRESSED, RATE_LIMITED */
  sendPhoneCode(
    caller: Caller,
    input: { phoneNumber: string },
  ): Promise<{ sent: true; expiresInSeconds: number }>;
  /** @throws Failure PHONE_INVALID, CODE_WRONG */
  verifyPhone(
    caller: Caller,
    input: { phoneNumber: string; code: string },
  ): Promise<{ verified: true; phone: string }>;
  /** The proven number of an account, null when there is none. */
  phoneOf(accountId: string): Promise<ProvenPhone | null>;
  /** Like "•••• 0123", by account; those without a proven number are missing. */
  maskedPhonesOf(accountIds: string[]): Promise<Map<string, string>>;
  /** The name a person gave at sign-up; null when the account is gone. */
  nameOf(accountId: string): Promise<string | null>;
  /** Where mail reaches people, by account; demo people, at whose addresses nobody reads, and accounts that are gone are missing. */
  emailsOf(accountIds: string[]): Promise<Map<string, string>>;
  /** The blind index of a number that somebody typed, for suppressions. @throws Failure PHONE_INVALID */
  phoneKeyOf(phoneNumber: string): string;
  /** Makes the demo people if they are missing. Does nothing unless `config.demo` is on. */
  ensureDemoPeople(): Promise<void>;
  /** Finds or makes somebody who only receives demo calls: an address at demo.test that nobody can sign in to. Throws unless `config.demo` is on. */
  demoPerson(person: DemoPerson): Promise<Caller>;
  /** Stores a number as proven; demo people have no phone to read a code from. Throws unless `config.demo` is on. */
  proveDemoPhone(accountId: string, e164: string): Promise<void>;
};

type UserDocument = { _id: string; name: string; email: string };
type SignedIn = {
  accountId: string;
  name: string;
  email: string;
  emailVerified: boolean;
  accountType: "consumer" | "business";
  businessId: string | null;
};

export function createAccounts(dependencies: AccountsDependencies): Accounts {
  const { config, db, businesses, seals, clock, logger } = dependencies;
  const phones = createPhones({ db, seals, clock });
  const outsideAccounts = createOutsideAccounts({ db, clock });
  const library = createAuthLibrary({
    ...dependencies,
    trustedOrigins: config.trustedOrigins,
    sendEmail: dependencies.sendEmail,
    onBusinessAccount: businesses.create,
  });
  const demo = createDemoSetup({ db, library, businesses, phones });
  const callerFrom = createCallerRules(config);
  const outsideIssuer =
    dependencies.outsideIssuer ?? (config.outsideIssuer ? createOutsideIssuer(config.outsideIssuer) : null);

  return {
    async authHandler(request) {
      const reply = await library.handler(request);
      if (reply.status >= 500) logger.error({ status: reply.status }, "the auth library failed");
      return reply;
    },
    async callerOf(credentials, onCookies) {
      const token = bearerTokenOf(credentials);
      if (token === undefined) {
        return callerFrom(await sessionOf(library, { cookie: credentials.cookie }, onCookies));
      }
      if (outsideIssuer === null || !looksLikeJwt(token)) {
        return callerFrom(await sessionOf(library, { authorization: credentials.authorization }));
      }
      const identity = await outsideIssuer.identify(token);
      return callerFrom(identity === null ? null : await outsideAccounts.of(identity));
    },
    async me(caller) {
      return { ...caller, phone: await phones.maskedOf(caller.accountId) };
    },
    ...phoneProof(dependencies, phones, createPhoneCodes(dependencies)),
    phoneOf: phones.of,
    maskedPhonesOf: phones.maskedOfEach,
    ...peopleIn(db, outsideAccounts),
    phoneKeyOf: (phoneNumber) => phones.keyOf(readPhoneNumber(phoneNumber).number),
    async ensureDemoPeople() {
      if (config.demo) await demo.ensure();
    },
    async demoPerson(person) {
      requireDemo(config);
      const { accountId, businessId } = await demo.account(person);
      const { name, email, accountType: role } = person;
      return { accountId, name, email, role, businessId };
    },
    async proveDemoPhone(accountId, e164) {
      requireDemo(config);
      await demo.provePhone(accountId, e164);
    },
  };
}

/** What is known of people by their account, wherever they signed up. */
function peopleIn(db: Db, outsideAccounts: OutsideAccounts): Pick<Accounts, "nameOf" | "emailsOf"> {
  const users = db.collection<UserDocument>("users");
  return {
    async nameOf(accountId) {
      const user = await users.findOne({ _id: accountId }, { projection: { name: 1 } });
      return user?.name ?? outsideAccounts.nameOf(accountId);
    },
    async emailsOf(accountIds) {
      const found = users.find({ _id: { $in: accountIds } }, { projection: { email: 1 } });
      const own = new Map((await found.toArray()).map(({ _id, email }) => [_id, email]));
      const outside = accountIds.filter((accountId) => !own.has(accountId));
      const theirs = outside.length === 0 ? [] : await outsideAccounts.emailsOf(outside);
      return new Map([...own, ...theirs].filter(([, email]) => !isDemoAddress(email)));
    },
  };
}

function requireDemo({ demo }: AccountsConfig): void {
  if (!demo) throw new TypeError("There are no demo people while DEMO is off.");
}

function bearerTokenOf({ authorization }: Credentials): string | undefined {
  if (authorization === undefined) return undefined;
  return /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1] ?? "";
}

function phoneProof(
  { sendSms, isSuppressed }: AccountsDependencies,
  phones: ReturnType<typeof createPhones>,
  codes: ReturnType<typeof createPhoneCodes>,
): Pick<Accounts, "sendPhoneCode" | "verifyPhone"> {
  return {
    async sendPhoneCode(caller, { phoneNumber }) {
      const number = readPhoneNumber(phoneNumber);
      const phoneKey = phones.keyOf(number.number);
      if (await isSuppressed?.(phoneKey)) throw new Failure("SUPPRESSED");
      const code = await codes.issue(caller.accountId, phoneKey);
      await sendSms(
        number.number,
        `${code} is your Ringside code. It works for 10 minutes; share it with nobody.`,
      );
      return { sent: true, expiresInSeconds: CODE_LIFE_SECONDS };
    },
    async verifyPhone(caller, { phoneNumber, code }) {
      const number = readPhoneNumber(phoneNumber);
      await codes.redeem(caller.accountId, phones.keyOf(number.number), code);
      const { masked } = await phones.save(caller.accountId, number);
      return { verified: true, phone: masked };
    },
  };
}

const sessionSchema = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    accountType: z.enum(["consumer", "business"]),
    businessId: z.string().nullish(),
  }),
});

async function sessionOf(
  library: AuthLibrary,
  credentials: Credentials,
  onCookies?: (setCookies: string[]) => void,
): Promise<SignedIn | null> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(credentials)) if (value) headers.set(name, value);
  if (!headers.has("cookie") && !headers.has("authorization")) return null;
  const answer = await library.api.getSession({ headers, returnHeaders: true });
  const session = sessionSchema.safeParse(answer.response);
  if (!session.success) return null;
  const setCookies = answer.headers.getSetCookie();
  if (setCookies.length > 0) onCookies?.(setCookies);
  const { id: accountId, businessId, ...user } = session.data.user;
  return { ...user, accountId, businessId: businessId ?? null };
}

/** The role is never stored: who is a supervisor follows from the operator's list, at every request. */
function createCallerRules(config: AccountsConfig) {
  const { supervisor } = DEMO_PEOPLE;
  const listed = config.demo ? [...config.supervisorEmails, supervisor.email] : config.supervisorEmails;
  const supervisors = new Set(listed.map((email) => email.toLowerCase()));
  return (account: SignedIn | null): Caller | null => {
    if (account === null) return null;
    const { accountId, name, email, emailVerified, accountType, businessId } = account;
    if (!config.demo && isDemoAddress(email)) return null;
    const mayBeSupervisor = emailVerified || !config.production;
    const isSupervisor = mayBeSupervisor && supervisors.has(email.toLowerCase());
    const role: Role = isSupervisor ? "supervisor" : accountType;
    return { accountId, name, email, role, businessId: role === "business" ? businessId : null };
  };
}
