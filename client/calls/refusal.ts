import { problemCode, type ProblemCode, problemSentence } from "#client/wire/errors.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";

/** How one audience is told why a call is not made or moved: a sentence for each reason, and the two that name a time. */
export type RefusalWords = {
  sentences: Partial<Record<ProblemCode, string>>;
  /** The hour is the reason; `allowedFrom` is the first instant that would do. */
  outsideHours: (allowedFrom: string, nowMs: number) => string;
  /** An hour's limit is used up; `nextAt` is when it goes on. */
  limited?: (nextAt: string, nowMs: number) => string;
};

export type Refusal = {
  code: ProblemCode;
  sentence: string;
  /** The first instant that would do, when the asked one did not and one is known. */
  allowedFrom: string | null;
};

/** Why a call is not made or moved, in the words of an audience, and the first time that would do. */
export function refusalOf(error: unknown, words: RefusalWords, nowMs: number): Refusal {
  const code = problemCode(error);
  const allowedFrom = allowedFromOf(error, code);
  return { code, allowedFrom, sentence: sentenceOf(error, code, words, nowMs) };
}

const dataOf = (error: unknown): unknown => (error instanceof ORPCError ? error.data : undefined);

function allowedFromOf(error: unknown, code: ProblemCode): string | null {
  const data = dataOf(error);
  if (code === "OUTSIDE_CALLING_HOURS") return ERRORS[code].data.safeParse(data).data?.allowedFrom ?? null;
  if (code === "SLOT_NOT_FREE") return ERRORS[code].data.safeParse(data).data?.nextFreeAt ?? null;
  return null;
}

function sentenceOf(error: unknown, code: ProblemCode, words: RefusalWords, nowMs: number): string {
  const allowedFrom = allowedFromOf(error, code);
  if (code === "OUTSIDE_CALLING_HOURS" && allowedFrom !== null) return words.outsideHours(allowedFrom, nowMs);
  if (code === "RATE_LIMITED" && words.limited !== undefined) {
    const wait = ERRORS[code].data.safeParse(dataOf(error)).data;
    if (wait === undefined) return problemSentence(error);
    return words.limited(new Date(nowMs + wait.retryAfterSeconds * 1_000).toISOString(), nowMs);
  }
  return words.sentences[code] ?? problemSentence(error);
}
