import { errorFields } from "#server/lib/logger.ts";
import { isDemoAddress } from "#server/accounts/demo-people.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Db } from "#server/database/connection.ts";
import { newId } from "#server/lib/ids.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { mongodbAdapter } from "better-auth/adapters/mongodb";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { bearer } from "better-auth/plugins";
import { v7 } from "uuid";
import { z } from "zod";

/** A session ends after half a day without a request; the index on `sessions.createdAt` ends it after seven days in any case. */
const IDLE_SECONDS = 12 * 60 * 60;
const REFRESH_SECONDS = 30 * 60;
/** Wrong passwords per address; a right one clears the count. */
const SIGN_IN_RULE = { max: 10, windowMs: 10 * 60_000 };

export const accountTypeSchema = z.enum(["consumer", "business"]);
const nameSchema = z.string().trim().min(1).max(80);
const emailBodySchema = z.looseObject({ email: z.string().max(254), name: z.unknown().optional() });

export type SendEmail = (mail: { to: string; subject: string; text: string }) => Promise<void>;

export type AuthLibraryDependencies = {
  db: Db;
  config: { publicUrl: string; sessionSecret: string; demo: boolean };
  trustedOrigins: string[];
  seals: Seals;
  limits: Limits;
  /** Without it no mail is sent: addresses stay unverified and passwords cannot be reset. */
  sendEmail: SendEmail | undefined;
  /** Runs after an account of a business was stored. */
  onBusinessAccount(account: { ownerId: string; businessId: string; name: string }): Promise<void>;
  logger: Logger;
};

export type AuthLibrary = ReturnType<typeof createAuthLibrary>;

/** An id of ours for an account; opaque and time-ordered like all the others. */
export const newAccountId = (): string => `acc_${v7().replaceAll("-", "")}`;

/**
 * better-auth on our database: e-mail and password, sessions in the database, bearer tokens. Its own limiter is off (it keys by a header
 * and would put everybody behind one proxy into one bucket); wrong passwords are counted per address here, floods at the HTTP edge.
 */
export function createAuthLibrary(dependencies: AuthLibraryDependencies) {
  const { config, sendEmail } = dependencies;
  const orLogged = sendOrLog(dependencies);
  return betterAuth({
    appName: "Ringside",
    baseURL: config.publicUrl,
    basePath: "/api/auth",
    secret: config.sessionSecret,
    trustedOrigins: dependencies.trustedOrigins,
    // Without `client` the adapter opens no transactions, which the embedded database does not have.
    database: mongodbAdapter(dependencies.db),
    user: {
      modelName: "users",
      additionalFields: {
        accountType: {
          type: "string",
          required: true,
          input: true,
          validator: { input: accountTypeSchema },
        },
        businessId: { type: "string", required: false, input: false },
      },
    },
    session: { modelName: "sessions", expiresIn: IDLE_SECONDS, updateAge: REFRESH_SECONDS },
    account: { modelName: "credentials" },
    verification: { modelName: "verifications" },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      revokeSessionsOnPasswordReset: true,
      ...(sendEmail && {
        sendResetPassword: async ({ user, url }) => {
          const text = `Choose it here: ${url}`;
          await orLogged({ to: user.email, subject: "Your new password", text });
        },
      }),
    },
    ...(sendEmail && {
      emailVerification: {
        sendOnSignUp: true,
        sendVerificationEmail: async ({ user, url }) => {
          const text = `Confirm it: ${url}`;
          await orLogged({ to: user.email, subject: "Is this your address?", text });
        },
      },
    }),
    plugins: [bearer()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    advanced: advancedOptions(config.publicUrl),
    logger: libraryLogger(dependencies.logger),
    // What is no answer of the library's own is thrown: left to itself it prints the whole error, which may quote an address.
    onAPIError: { throw: true },
    databaseHooks: { user: { create: accountHooks(dependencies) } },
    hooks: requestHooks(dependencies),
  });
}

/** An account is opened also while no mail goes out: whoever misses theirs asks for another one. */
function sendOrLog({ sendEmail, logger }: AuthLibraryDependencies): SendEmail {
  return async (mail) => {
    try {
      await sendEmail?.(mail);
    } catch (error) {
      logger.error(errorFields(error), "a mail to the owner of an account could not be sent");
    }
  };
}

function advancedOptions(publicUrl: string): NonNullable<BetterAuthOptions["advanced"]> {
  const secure = publicUrl.startsWith("https:");
  return {
    cookiePrefix: "ringside",
    useSecureCookies: secure,
    defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
    // Said aloud: the library turns both checks off by itself when it believes that it runs in a test.
    disableCSRFCheck: false,
    disableOriginCheck: false,
    ipAddress: { disableIpTracking: true },
    database: { generateId: ({ model }) => (model === "user" ? newAccountId() : v7()) },
  };
}

type NewUser = { id?: string; name: string; accountType?: unknown; businessId?: unknown };

/** A business account gets its business id with its first write and the business itself right after. */
function accountHooks({ onBusinessAccount }: AuthLibraryDependencies) {
  return {
    before: async (user: NewUser) => {
      const businessId = user.accountType === "business" ? newId("biz") : null;
      return { data: { ...user, name: user.name.trim(), businessId } };
    },
    after: async (user: NewUser) => {
      if (user.id === undefined || typeof user.businessId !== "string") return;
      await onBusinessAccount({ ownerId: user.id, businessId: user.businessId, name: user.name });
    },
  };
}

function requestHooks({ config, limits, seals }: AuthLibraryDependencies) {
  const signInKey = (email: string) => ({ who: seals.blindIndex(email.toLowerCase()), action: "signIn" });
  return {
    before: createAuthMiddleware(async (context) => {
      if (context.path !== "/sign-in/email" && context.path !== "/sign-up/email") return;
      const body = emailBodySchema.safeParse(context.body);
      if (!body.success) throw refusal("BAD_REQUEST", "INVALID_INPUT");
      if (!config.demo && isDemoAddress(body.data.email)) throw refusal("FORBIDDEN", "FORBIDDEN");
      if (context.path === "/sign-up/email") {
        if (!nameSchema.safeParse(body.data.name).success) throw refusal("BAD_REQUEST", "INVALID_INPUT");
        return;
      }
      const answer = await limits.take({ ...signInKey(body.data.email), ...SIGN_IN_RULE });
      if (answer.ok) return;
      const { retryAfterSeconds } = answer;
      throw refusal("TOO_MANY_REQUESTS", "RATE_LIMITED", { data: { retryAfterSeconds } });
    }),
    after: createAuthMiddleware(async (context) => {
      const signedIn = context.path === "/sign-in/email" ? context.context.newSession : null;
      if (signedIn) await limits.clear(signInKey(signedIn.user.email));
    }),
  };
}

/** The library's error with our code and sentence. */
function refusal(
  status: "BAD_REQUEST" | "FORBIDDEN" | "TOO_MANY_REQUESTS",
  code: "INVALID_INPUT" | "FORBIDDEN" | "RATE_LIMITED",
  extra: Record<string, unknown> = {},
): APIError {
  return new APIError(status, { code, message: ERRORS[code].message, ...extra });
}

/** The library's messages may quote an address, so only the level passes. */
function libraryLogger(logger: Logger): NonNullable<BetterAuthOptions["logger"]> {
  return {
    level: "warn",
    log: (level) => {
      if (level === "error") logger.warn({}, "the auth library reported an error");
      else logger.debug({}, "the auth library reported something");
    },
  };
}
