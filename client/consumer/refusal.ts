import { refusalOf, type RefusalWords } from "#client/calls/refusal.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { agreedTimeText, instantText } from "#client/ui/format.ts";

/** Why a call that a consumer asked for is not made or moved, in words to them. */
export const OWN_REFUSALS: RefusalWords = {
  sentences: {
    PHONE_MISSING: CONSUMER.refusedNoPhone,
    SUPPRESSED: CONSUMER.refusedSuppressed,
    MATCH_NOT_INTERESTED: CONSUMER.refusedNotInterested,
    SLOT_NOT_FREE: CONSUMER.refusedTaken,
    BAD_TIME: CONSUMER.refusedBadTime,
  },
  outsideHours: (allowedFrom, nowMs) =>
    `Nobody may call you at that time. Calls are allowed from ${agreedTimeText(allowedFrom, nowMs)}.`,
  limited: (nextAt, nowMs) =>
    `You have asked for as many calls as an hour allows. The next is possible at ${instantText(nextAt, nowMs)}.`,
};

/** The sentence alone, where no other time is offered. */
export const refusalText = (error: unknown, nowMs: number): string =>
  refusalOf(error, OWN_REFUSALS, nowMs).sentence;
