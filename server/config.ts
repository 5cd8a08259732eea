import { parseQuietHours, type QuietHours } from "#server/compliance/quiet-hours.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { LOG_LEVELS } from "#server/observability/logger.ts";
import { resolve } from "node:path";
import { z } from "zod";

/**
 * The only reader of the environment (DESIGN §4). Everything is optional; a wrong or incomplete set stops the start with every problem in
 * one list. `readConfig` is pure; `.env` is loaded by `main.ts`.
 */
const integer = (min: number, max: number, standard: number) =>
  z.coerce
    .number({ error: "must be a whole number" })
    .int("must be a whole number")
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(standard);

const cents = z.coerce
  .number({ error: "must be a number of cents" })
  .int("must be a number of whole cents")
  .min(1, "must be at least 1")
  .optional();

const httpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "must be an http or https URL",
  )
  .transform((text) => text.replace(/\/+$/, ""));

const smtpUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "",
    "must be like smtp://user:password@host:587 or smtps://…",
  );

const commaList = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

const e164 = /^\+[1-9]\d{6,14}$/;

const ENVIRONMENT = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer(1, 65_535, 3000),
  HOST: z.string().default("127.0.0.1"),
  PUBLIC_URL: httpUrl.optional(),
  NODE_PUBLIC_URL: httpUrl.optional(),
  DATA_DIR: z.string().default("./data"),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, "must start with mongodb:// or mongodb+srv://")
    .optional(),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, "must be AC and 32 hexadecimal digits")
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional(),
  TWILIO_FROM_NUMBERS: commaList
    .refine(
      (numbers) => numbers.every((number) => e164.test(number)),
      "must be numbers like +12125550100, separated by commas",
    )
    .optional(),
  TWILIO_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_REALTIME_MODEL: z.string().min(1).default("gpt-realtime-2.1"),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: httpUrl.optional(),
  ANTHROPIC_MODEL: z.string().min(1).default("claude-haiku-5-5"),
  SESSION_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
  FIELD_KEYS: z
    .string()
    .transform((text, context) => {
      const keys = text.split(",").map((part) => part.trim().split(":"));
      return keys.map(([keyId = "", key = ""]) => {
        const bytes = Buffer.from(key, "base64");
        if (keyId === "" || bytes.length !== 32)
          context.addIssue("must be kid:base64key,… with 32-byte keys, newest first");
        return { keyId, key: bytes };
      });
    })
    .optional(),
  INDEX_KEY: z
    .string()
    .transform((text, context) => {
      const bytes = Buffer.from(text, "base64");
      if (bytes.length < 32) context.addIssue("must be at least 32 bytes in base64");
      return bytes;
    })
    .optional(),
  SUPERVISOR_EMAILS: commaList.default([]),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  AUTH_JWKS_URL: httpUrl.optional(),
  DEMO: z
    .enum(["on", "off", "true", "false", "1", "0"], { error: "must be on or off" })
    .transform((text) => ["on", "true", "1"].includes(text))
    .optional(),
  SMTP_URL: smtpUrl.optional(),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  CALLS_PER_SECOND: integer(1, 100, 1),
  MAX_LIVE_CALLS: integer(1, 10_000, 100),
  RING_TIMEOUT_SECONDS: integer(5, 600, 25),
  CALL_TIME_LIMIT_SECONDS: integer(10, 14_400, 900),
  RETRY_BACKOFF_SECONDS: integer(1, 86_400, 60),
  DAILY_SPEND_CAP_CENTS: cents,
  BUSINESS_DAILY_SPEND_CAP_CENTS: cents,
  QUIET_HOURS: z
    .string()
    .default("20-9")
    .transform((text, context): QuietHours => {
      try {
        return parseQuietHours(text);
      } catch {
        context.addIssue("must be two hours like 20-9, or off");
        return "off";
      }
    }),
});

type Environment = z.infer<typeof ENVIRONMENT>;

/** A peer outside this process: the real service, or null for the built-in sandbox. */
export type TwilioPeer = { accountSid: string; authToken: string; baseUrl: string | null };
export type KeyedPeer = { apiKey: string; baseUrl: string | null };

export type Config = ReturnType<typeof assemble>;

/** @throws StartProblem that lists every problem */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = ENVIRONMENT.safeParse(filled);
  const wrong = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  const problems = [...wrong, ...incompleteSets(filled)];
  if (parsed.data?.TWILIO_FROM_NUMBERS?.length === 0) problems.push("TWILIO_FROM_NUMBERS names no number");
  if (!parsed.success || problems.length > 0) {
    throw new StartProblem(`The configuration is not usable: ${problems.join("; ")}. See .env.example.`);
  }
  return assemble(parsed.data);
}

/** Which variables are set, whether their values are right or not. */
type Filled = Partial<Record<keyof Environment, unknown>>;

const usesTwilio = (env: Filled) =>
  [env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN, env.TWILIO_BASE_URL].some((value) => value !== undefined);
const usesOpenAi = (env: Filled) => (env.OPENAI_API_KEY ?? env.OPENAI_BASE_URL) !== undefined;
const usesAnthropic = (env: Filled) => (env.ANTHROPIC_API_KEY ?? env.ANTHROPIC_BASE_URL) !== undefined;
const isProduction = (env: Filled) => env.NODE_ENV === "production";
const mustBringKeys = (env: Filled) => isProduction(env) || env.MONGODB_URI !== undefined;

/** Variables that only make sense together. Asked of what was set, so that one wrong value does not hide what is missing. */
function incompleteSets(env: Filled): string[] {
  const problems: string[] = [];
  const need = (names: (keyof Environment)[], why: string) => {
    for (const name of names) if (env[name] === undefined) problems.push(`${name} is missing (${why})`);
  };
  if (usesTwilio(env)) {
    need(["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBERS"], "Twilio is configured");
  }
  if (usesOpenAi(env)) need(["OPENAI_API_KEY"], "OpenAI is configured");
  if (usesAnthropic(env)) need(["ANTHROPIC_API_KEY"], "Anthropic is configured");
  if ([env.AUTH_ISSUER, env.AUTH_AUDIENCE, env.AUTH_JWKS_URL].some((value) => value !== undefined)) {
    need(["AUTH_ISSUER", "AUTH_AUDIENCE", "AUTH_JWKS_URL"], "an outside issuer is configured");
  }
  if (mustBringKeys(env)) {
    const why = isProduction(env)
      ? "required in production"
      : "required with MONGODB_URI, servers share them";
    need(["SESSION_SECRET", "FIELD_KEYS", "INDEX_KEY"], why);
  }
  return problems;
}

function assemble(env: Environment) {
  const publicUrl = env.PUBLIC_URL ?? `http://${urlHost(env.HOST)}:${env.PORT}`;
  const twilio: TwilioPeer | null = usesTwilio(env)
    ? {
        accountSid: env.TWILIO_ACCOUNT_SID ?? "",
        authToken: env.TWILIO_AUTH_TOKEN ?? "",
        baseUrl: env.TWILIO_BASE_URL ?? null,
      }
    : null;
  const outsideIssuer =
    env.AUTH_ISSUER !== undefined && env.AUTH_AUDIENCE !== undefined && env.AUTH_JWKS_URL !== undefined
      ? { issuer: env.AUTH_ISSUER, audience: env.AUTH_AUDIENCE, jwksUrl: env.AUTH_JWKS_URL }
      : null;
  return {
    production: isProduction(env),
    port: env.PORT,
    host: env.HOST,
    publicUrl,
    nodePublicUrl: env.NODE_PUBLIC_URL ?? publicUrl,
    dataDir: resolve(env.DATA_DIR),
    /** Null = the embedded database in `dataDir`. */
    mongodbUri: env.MONGODB_URI ?? null,
    twilio,
    fromNumbers: env.TWILIO_FROM_NUMBERS ?? ["+16505550100", "+16505550101"],
    openAi: usesOpenAi(env) ? keyedPeer(env.OPENAI_API_KEY, env.OPENAI_BASE_URL) : null,
    openAiModel: env.OPENAI_REALTIME_MODEL,
    anthropic: usesAnthropic(env) ? keyedPeer(env.ANTHROPIC_API_KEY, env.ANTHROPIC_BASE_URL) : null,
    anthropicModel: env.ANTHROPIC_MODEL,
    /** Keys from the environment; what is null is generated into `dataDir`. */
    keys: {
      sessionSecret: env.SESSION_SECRET ?? null,
      fieldKeys: env.FIELD_KEYS ?? null,
      indexKey: env.INDEX_KEY ?? null,
    },
    supervisorEmails: env.SUPERVISOR_EMAILS,
    outsideIssuer,
    demo: env.DEMO ?? twilio === null,
    smtp: env.SMTP_URL === undefined ? null : { url: env.SMTP_URL, from: senderOf(env.SMTP_URL, publicUrl) },
    metricsToken: env.METRICS_TOKEN ?? null,
    logLevel: env.LOG_LEVEL,
    callsPerSecond: env.CALLS_PER_SECOND,
    maxLiveCalls: env.MAX_LIVE_CALLS,
    ringTimeoutSeconds: env.RING_TIMEOUT_SECONDS,
    callTimeLimitSeconds: env.CALL_TIME_LIMIT_SECONDS,
    retryBackoffSeconds: env.RETRY_BACKOFF_SECONDS,
    quietHours: env.QUIET_HOURS,
    /** Null = no cap. */
    dailySpendCapCents: env.DAILY_SPEND_CAP_CENTS ?? null,
    businessDailySpendCapCents: env.BUSINESS_DAILY_SPEND_CAP_CENTS ?? null,
  };
}

const keyedPeer = (apiKey = "", baseUrl?: string): KeyedPeer => ({ apiKey, baseUrl: baseUrl ?? null });

/** `?from=` of the address; else the user, where that is an address; else one at our own host. */
function senderOf(smtpAddress: string, publicUrl: string): string {
  const { searchParams, username } = new URL(smtpAddress);
  const user = decodeURIComponent(username);
  return searchParams.get("from") ?? (user.includes("@") ? user : `ringside@${new URL(publicUrl).hostname}`);
}

/** 0.0.0.0 and :: are addresses to listen on, not to be called at. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
