import type { Logger } from "#server/lib/logger.ts";
import { type DestinationStream, pino, type Logger as PinoLogger } from "pino";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The second net below the house rule "log ids, not facts": fields of these names are blanked wherever they appear one or two levels deep,
 * so that a careless `logger.info({ call })` prints no number and no word that was spoken.
 */
const PRIVATE_FIELDS = [
  "phone",
  "phoneNumber",
  "e164",
  "email",
  "name",
  "password",
  "token",
  "code",
  "text",
  "body",
  "description",
  "objective",
  "authorization",
  "cookie",
];

/** Blanked by name, except `code` on the first level: error codes are ids, texted codes never travel there. */
const REDACTED_PATHS = PRIVATE_FIELDS.flatMap((field) => [
  ...(field === "code" ? [] : [field]),
  `*.${field}`,
  `*.*.${field}`,
]);

export type AppLogger = Logger & {
  /** For libraries that want pino itself (pino-http). */
  pino: PinoLogger;
};

/** One JSON line per event on stdout, or on `destination` in tests. */
export function createLogger(options: { level: LogLevel }, destination?: DestinationStream): AppLogger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED_PATHS, censor: "[private]" },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = destination === undefined ? pino(settings) : pino(settings, destination);
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    pino: log,
  };
}
