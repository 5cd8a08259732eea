import { CONSUMER } from "#client/consumer/copy.ts";
import { agreedTimeText, instantText } from "#client/ui/format.ts";
import { problemCode, problemSentence } from "#client/wire/errors.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";

const SENTENCES: Partial<Record<string, string>> = {
  PHONE_MISSING: CONSUMER.refusedNoPhone,
  SUPPRESSED: CONSUMER.refusedSuppressed,
  MATCH_NOT_INTERESTED: CONSUMER.refusedNotInterested,
  SLOT_NOT_FREE: CONSUMER.refusedTaken,
  BAD_TIME: CONSUMER.refusedBadTime,
};

/** The first allowed instant, of a refusal that names one. */
export function allowedFromOf(error: unknown): string | null {
  if (!(error instanceof ORPCError) || problemCode(error) !== "OUTSIDE_CALLING_HOURS") return null;
  return ERRORS.OUTSIDE_CALLING_HOURS.data.safeParse(error.data).data?.allowedFrom ?? null;
}

/** Why a call that a consumer asked for is not made, and what can be done, in the consumer's words. */
export function refusalText(error: unknown, nowMs: number): string {
  const data: unknown = error instanceof ORPCError ? error.data : undefined;
  const code = problemCode(error);
  if (code === "RATE_LIMITED") {
    const wait = ERRORS.RATE_LIMITED.data.safeParse(data);
    if (!wait.success) return problemSentence(error);
    const at = new Date(nowMs + wait.data.retryAfterSeconds * 1_000).toISOString();
    return `You have asked for as many calls as an hour allows. The next is possible at ${instantText(at, nowMs)}.`;
  }
  if (code === "OUTSIDE_CALLING_HOURS") {
    const from = allowedFromOf(error);
    if (from === null) return problemSentence(error);
    return `Nobody may call you at that time. Calls are allowed from ${agreedTimeText(from, nowMs)}.`;
  }
  return SENTENCES[code] ?? problemSentence(error);
}
