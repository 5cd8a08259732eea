import { isLegalInstant, nextLegalInstant, type QuietHours } from "#server/compliance/quiet-hours.ts";
import type { ErrorCode } from "#shared/contract/errors.ts";

/** The rule of SPEC.md that decided; goes into the journal and the logs. */
type DialRule = "consent" | "suppression" | "attempts" | "quietHours";

export type DialFacts = {
  nowMs: number;
  /** The callee's IANA zone. */
  timeZone: string;
  quietHours: QuietHours;
  /** The number asked not to be called. */
  suppressed: boolean;
  /** A standing consent covers AI calls by this business about this lead. */
  aiConsent: boolean;
  /** Attempts at this person in the last 24 h, by anybody. */
  attemptsLast24h: number;
  maxAttemptsPer24h: number;
  /** When the oldest of those attempts leaves the 24 h; left out when unknown. */
  attemptFreeAtMs?: number;
};

/** `allowedFrom`: nothing forbids the call but the time; `at` is the first instant at which it is allowed. */
export type DialVerdict =
  | { kind: "allow" }
  | { kind: "deny"; rule: DialRule; code: ErrorCode }
  | { kind: "allowedFrom"; at: Date; rule: DialRule };

/**
 * The one gate before a phone rings, asked when a call is requested and again when it is claimed. Pure: whoever asks brings the facts. @throws RangeError for an unknown zone
 */
export function mayDial(facts: DialFacts): DialVerdict {
  const { nowMs, timeZone, quietHours } = facts;
  if (!facts.aiConsent) return { kind: "deny", rule: "consent", code: "CONSENT_MISSING" };
  if (facts.suppressed) return { kind: "deny", rule: "suppression", code: "SUPPRESSED" };
  if (facts.attemptsLast24h >= facts.maxAttemptsPer24h) return afterTheCap(facts);
  if (isLegalInstant(nowMs, timeZone, quietHours)) return { kind: "allow" };
  return { kind: "allowedFrom", at: nextLegalInstant(nowMs, timeZone, quietHours), rule: "quietHours" };
}

/** The cap moves the call when it is known for how long it holds; otherwise it refuses. */
function afterTheCap({ nowMs, timeZone, quietHours, attemptFreeAtMs }: DialFacts): DialVerdict {
  if (attemptFreeAtMs === undefined) return { kind: "deny", rule: "attempts", code: "RATE_LIMITED" };
  const at = nextLegalInstant(Math.max(nowMs, attemptFreeAtMs), timeZone, quietHours);
  return { kind: "allowedFrom", at, rule: "attempts" };
}
