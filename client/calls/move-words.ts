import { CALLS } from "#client/calls/copy.ts";
import type { RefusalWords } from "#client/calls/refusal.ts";
import { agreedTimeText } from "#client/ui/format.ts";

/** Why a call stays at its time, for those who have it made. */
export const MOVE_REFUSALS: RefusalWords = {
  sentences: {
    BAD_TIME: CALLS.moveBadTime,
    SLOT_NOT_FREE: CALLS.moveTaken,
    NOT_POSSIBLE: CALLS.moveTooLate,
    CONSENT_MISSING: CALLS.moveNoConsent,
    SUPPRESSED: CALLS.moveSuppressed,
  },
  outsideHours: (allowedFrom, nowMs) =>
    `Calls are not allowed there at that time. The first allowed time is ${agreedTimeText(allowedFrom, nowMs)}, your time.`,
};
