import { BUSINESS } from "#client/business/copy.ts";
import { type Refusal, refusalOf, type RefusalWords } from "#client/calls/refusal.ts";
import { instantOf } from "#client/ui/local-time.ts";
import { cityOf, instantText } from "#client/ui/format.ts";
import { z } from "zod";

export const OBJECTIVE_MIN = 10;
export const OBJECTIVE_MAX = 600;

export const composerSchema = z
  .object({
    objective: z
      .string()
      .trim()
      .min(OBJECTIVE_MIN, BUSINESS.objectiveShort)
      .max(OBJECTIVE_MAX, BUSINESS.objectiveLong),
    when: z.enum(["now", "later"]),
    /** The value of a `datetime-local` field, in the device's zone. */
    localTime: z.string(),
  })
  .refine((form) => form.when === "now" || instantOf(form.localTime) !== null, {
    path: ["localTime"],
    error: BUSINESS.whenMissing,
  });
export type ComposerForm = z.infer<typeof composerSchema>;

/** "2:30 PM in New York (11:30 AM yours)": the other person's time first. */
export function bothTimes(iso: string, theirZone: string, nowMs: number): string {
  return `${instantText(iso, nowMs, theirZone)} in ${cityOf(theirZone)} (${instantText(iso, nowMs)} yours)`;
}

/** What a person can do about a refusal. */
type WayOut =
  /** Another instant is allowed. */
  { kind: "useTime"; at: string } | { kind: "callNow" } | { kind: "settings" } | { kind: "sayInterested" };

export type RequestProblem = { sentence: string; wayOut: WayOut | null };

/** What stands in the way of the call, and what to do about it. */
export function requestProblem(error: unknown, theirZone: string, nowMs: number): RequestProblem {
  const refusal = refusalOf(error, wordsFor(theirZone), nowMs);
  return { sentence: refusal.sentence, wayOut: wayOutOf(refusal) };
}

function wayOutOf({ code, allowedFrom }: Refusal): WayOut | null {
  switch (code) {
    case "OUTSIDE_CALLING_HOURS":
      return allowedFrom === null ? null : { kind: "useTime", at: allowedFrom };
    case "BAD_TIME":
      return { kind: "callNow" };
    case "PROFILE_MISSING":
    case "NOT_MATCHED":
      return { kind: "settings" };
    case "MATCH_NOT_INTERESTED":
      return { kind: "sayInterested" };
    default:
      return null;
  }
}

const wordsFor = (theirZone: string): RefusalWords => ({
  sentences: {
    BAD_TIME: BUSINESS.badTime,
    CONSENT_MISSING: BUSINESS.consentMissing,
    PHONE_MISSING: BUSINESS.numberMissing,
    SUPPRESSED: BUSINESS.suppressed,
    MATCH_NOT_INTERESTED: BUSINESS.interestMissing,
    NOT_MATCHED: BUSINESS.notMatched,
    PROFILE_MISSING: BUSINESS.profileMissing,
    INVALID_INPUT: BUSINESS.formWrong,
    NOT_FOUND: BUSINESS.leadGoneForCall,
  },
  outsideHours: (allowedFrom, nowMs) =>
    `Calls are not allowed there at that time. The first allowed time is ${bothTimes(allowedFrom, theirZone, nowMs)}.`,
  limited: (nextAt, nowMs) =>
    `You have requested as many calls as an hour allows. The next is possible at ${instantText(nextAt, nowMs)}.`,
});
