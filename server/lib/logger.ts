/**
 * What features and adapters need of a log: a constant message and fields that hold ids, codes and counts, never facts about people.
 * pino is behind it (`server/observability/logger.ts`).
 */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export type Logger = {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
};

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** The safe part of a caught error: its class and code. Messages of foreign errors may quote people. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const code =
    "code" in error && ["string", "number"].includes(typeof error.code) ? String(error.code) : undefined;
  return { errorName: error.name, errorCode: code };
}
