import type { HelpSignals } from "#shared/call/help-signals.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { type CallStatus, isOnThePhone, isTalking } from "#shared/call/status.ts";

/** Why a call needs somebody, most urgent first; the weights are in SPEC of server/insights [IN2]. */
export const HELP_REASONS = {
  personAsked: 100,
  flagged: 90,
  streamLost: 80,
  optedOut: 70,
  stuck: 60,
  unhappy: 50,
  toolsFailed: 40,
  slow: 30,
  interrupted: 30,
  nearLimit: 25,
} as const;
export type HelpReason = keyof typeof HELP_REASONS;

/** From here on somebody should look now. */
export const NEEDS_YOU = 50;
/** A leaky count from here on is more than chance: it went badly twice in a short while. */
const OFTEN = 3;
/** This long before its end a talk is near its limit. */
const NEAR_LIMIT_MS = 60_000;

export type HelpNeed = {
  /** The sum of the weights; 0: fine as it is. */
  score: number;
  /** Heaviest first. */
  reasons: HelpReason[];
};

/** The row of a call, as far as this looks at it; rows of before have no signals. */
export type HelpRow = {
  callId: string;
  status: CallStatus;
  answeredAt: string | null;
  requestedAt: string;
  signals?: HelpSignals | undefined;
};

/** How much a call needs somebody, and why. Pure; a call that a colleague has in hand, or in which nobody talks, needs nobody. */
export function helpNeed(call: HelpRow, at: { nowMs: number; timeLimitMs: number }): HelpNeed {
  const signals = call.signals ?? NO_HELP_SIGNALS;
  if (!isTalking(call.status) || signals.held) return { score: 0, reasons: [] };
  const talkedMs = call.answeredAt === null ? 0 : at.nowMs - Date.parse(call.answeredAt);
  const holds: Record<HelpReason, boolean> = {
    personAsked: signals.personAsked,
    flagged: signals.flagged,
    streamLost: signals.streamLost,
    optedOut: signals.optedOut,
    stuck: signals.repeated >= OFTEN,
    unhappy: signals.unhappy >= OFTEN,
    toolsFailed: signals.toolsFailed >= OFTEN,
    slow: signals.slow >= OFTEN,
    interrupted: signals.interrupted >= OFTEN,
    nearLimit: talkedMs >= at.timeLimitMs - NEAR_LIMIT_MS,
  };
  const reasons = (Object.keys(HELP_REASONS) as HelpReason[]).filter((reason) => holds[reason]);
  return { reasons, score: reasons.reduce((sum, reason) => sum + HELP_REASONS[reason], 0) };
}

/** Most in need first; then who talks before who rings, the longest first. A total order: the way rows come in changes nothing. */
export function byNeed<Row extends HelpRow>(
  calls: readonly Row[],
  at: { nowMs: number; timeLimitMs: number },
): Row[] {
  const scores = new Map(calls.map((call) => [call.callId, helpNeed(call, at).score]));
  const scoreOf = (call: Row) => scores.get(call.callId) ?? 0;
  return calls.toSorted((a, b) => scoreOf(b) - scoreOf(a) || longestFirst(a, b));
}

/** The longest talk first, then what was asked for first. */
export function longestFirst(a: HelpRow, b: HelpRow): number {
  const phase = (call: HelpRow) => (isTalking(call.status) ? 0 : isOnThePhone(call.status) ? 1 : 2);
  return (
    phase(a) - phase(b) ||
    compare(a.answeredAt ?? "", b.answeredAt ?? "") ||
    compare(a.requestedAt, b.requestedAt) ||
    compare(a.callId, b.callId)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
