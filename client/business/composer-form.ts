import { BUSINESS } from "#client/business/copy.ts";
import { instantOf } from "#client/ui/local-time.ts";
import { problemCode, problemSentence } from "#client/wire/errors.ts";
import { cityOf, instantText } from "#client/ui/format.ts";
import { isDefinedError, type InferClientErrors } from "@orpc/client";
import type { client } from "#client/wire/rpc.ts";
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

type RequestError = InferClientErrors<typeof client>["business"]["requestAICall"];

/** What stands in the way of the call, and what to do about it. */
export function requestProblem(error: RequestError, theirZone: string, nowMs: number): RequestProblem {
  if (!isDefinedError(error)) return { sentence: problemSentence(error), wayOut: null };
  return { sentence: definedSentence(error, theirZone, nowMs), wayOut: wayOutOf(error) };
}

function wayOutOf(error: DefinedError): WayOut | null {
  switch (error.code) {
    case "OUTSIDE_CALLING_HOURS":
      return { kind: "useTime", at: error.data.allowedFrom };
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

type DefinedError = Extract<RequestError, { code: unknown }>;

function definedSentence(error: DefinedError, theirZone: string, nowMs: number): string {
  switch (error.code) {
    case "OUTSIDE_CALLING_HOURS":
      return `Calls are not allowed there at that time. The first allowed time is ${bothTimes(error.data.allowedFrom, theirZone, nowMs)}.`;
    case "RATE_LIMITED": {
      const nextAt = new Date(nowMs + error.data.retryAfterSeconds * 1_000).toISOString();
      return `You have requested as many calls as an hour allows. The next is possible at ${instantText(nextAt, nowMs)}.`;
    }
    case "BAD_TIME":
      return BUSINESS.badTime;
    case "CONSENT_MISSING":
      return BUSINESS.consentMissing;
    case "PHONE_MISSING":
      return BUSINESS.numberMissing;
    case "SUPPRESSED":
      return BUSINESS.suppressed;
    case "MATCH_NOT_INTERESTED":
      return BUSINESS.interestMissing;
    case "NOT_MATCHED":
      return BUSINESS.notMatched;
    case "PROFILE_MISSING":
      return BUSINESS.profileMissing;
    case "INVALID_INPUT":
      return BUSINESS.formWrong;
    case "NOT_FOUND":
      return BUSINESS.leadGoneForCall;
    default:
      return problemCode(error) === "UNKNOWN" ? problemSentence(error) : error.message;
  }
}
