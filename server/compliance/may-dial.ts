import type { CalleePlace } from "#server/compliance/callee-places.ts";
import {
  forbiddenBy,
  type HourRule,
  nextLegalInstant,
  type QuietHours,
} from "#server/compliance/quiet-hours.ts";
import { hourRules } from "#server/compliance/state-hours.ts";
import type { ErrorCode } from "#shared/contract/errors.ts";

/**
 * Which rule decided; goes into the journal, the receipt and the logs. `withinHours`: every rule was kept; `hoursOff`: the operator switched the
 * hours off and everything else was kept; `noCommonHours`: the rules of all places leave no hour at all.
 */
type DialRule =
  | "consent"
  | "suppression"
  | "attempts"
  | HourRule["id"]
  | "noCommonHours"
  | "withinHours"
  | "hoursOff";

export type DialFacts = {
  nowMs: number;
  /** Where the callee may be; the call must be legal in each. */
  places: readonly CalleePlace[];
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
  | { kind: "allow"; rule: DialRule }
  | { kind: "deny"; rule: DialRule; code: ErrorCode }
  | { kind: "allowedFrom"; at: Date; rule: DialRule };

/** Why a call was allowed to ring, kept with its attempt: the rule, what it was decided on, when. Nothing in it says who was called. */
export type DialReceipt = {
  rule: DialRule;
  at: Date;
  facts: Omit<DialFacts, "nowMs" | "attemptFreeAtMs">;
};

/**
 * The one gate before a phone rings, asked when a call is requested or moved and again when it is claimed. Pure: whoever asks brings the facts. @throws RangeError for an unknown zone
 */
export function mayDial(facts: DialFacts): DialVerdict {
  const { nowMs, attemptFreeAtMs } = facts;
  if (!facts.aiConsent) return { kind: "deny", rule: "consent", code: "CONSENT_MISSING" };
  if (facts.suppressed) return { kind: "deny", rule: "suppression", code: "SUPPRESSED" };
  if (facts.attemptsLast24h < facts.maxAttemptsPer24h) return withinHours(nowMs, facts);
  // The cap moves the call when it is known for how long it holds; otherwise it refuses.
  if (attemptFreeAtMs === undefined) return { kind: "deny", rule: "attempts", code: "RATE_LIMITED" };
  const earliestMs = Math.max(nowMs, attemptFreeAtMs);
  const then = withinHours(earliestMs, facts);
  if (then.kind === "deny") return then;
  return {
    kind: "allowedFrom",
    at: then.kind === "allow" ? new Date(earliestMs) : then.at,
    rule: "attempts",
  };
}

function withinHours(atMs: number, { places, quietHours }: DialFacts): DialVerdict {
  const rules = hourRules(places, quietHours);
  if (rules.length === 0) return { kind: "allow", rule: "hoursOff" };
  const rule = forbiddenBy(atMs, rules);
  if (rule === null) return { kind: "allow", rule: "withinHours" };
  const at = nextLegalInstant(atMs, rules);
  if (at === null) return { kind: "deny", rule: "noCommonHours", code: "BAD_TIME" };
  return { kind: "allowedFrom", at, rule };
}

/** The receipt of a verdict that allowed. */
export function receiptOf({ rule }: DialVerdict, facts: DialFacts): DialReceipt {
  const { nowMs, attemptFreeAtMs: _free, ...inputs } = facts;
  return { rule, at: new Date(nowMs), facts: inputs };
}
