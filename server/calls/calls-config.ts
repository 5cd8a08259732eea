import type { QuietHours } from "#server/compliance/quiet-hours.ts";

/** What the operator sets about calls (config.ts). */
export type CallsConfig = {
  callsPerSecond: number;
  maxLiveCalls: number;
  ringTimeoutSeconds: number;
  callTimeLimitSeconds: number;
  retryBackoffSeconds: number;
  quietHours: QuietHours;
  dailySpendCapCents: number | null;
  businessDailySpendCapCents: number | null;
  /** Origin of the installation, and of this server alone. */
  publicUrl: string;
  nodePublicUrl: string;
};

const MAX_ATTEMPTS = 3;

/** The part of it that `step` decides by, in milliseconds. */
export const stepRules = (config: CallsConfig) => ({
  maxAttempts: MAX_ATTEMPTS,
  retryBackoffMs: config.retryBackoffSeconds * 1000,
  timeLimitMs: config.callTimeLimitSeconds * 1000,
});
