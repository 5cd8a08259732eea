import { CALLS } from "#client/calls/copy.ts";
import { agreedTimeText } from "#client/ui/format.ts";
import { problemSentence } from "#client/wire/errors.ts";
import type { client } from "#client/wire/rpc.ts";
import { type InferClientErrors, isDefinedError } from "@orpc/client";

/** What moving a call, or making it now, may answer. */
type MoveError = InferClientErrors<typeof client>["call"]["reschedule" | "callNow"];

export type MoveRefusal = {
  sentence: string;
  /** The first instant that would do, when the asked one did not and one is known. */
  allowedFrom: string | null;
};

/** Why a call stays at its time, and the first time that is allowed where the hour was the reason. */
export function moveRefusal(error: MoveError, nowMs: number): MoveRefusal {
  if (!isDefinedError(error)) return { sentence: problemSentence(error), allowedFrom: null };
  switch (error.code) {
    case "OUTSIDE_CALLING_HOURS": {
      const { allowedFrom } = error.data;
      const sentence = `Calls are not allowed there at that time. The first allowed time is ${agreedTimeText(allowedFrom, nowMs)}, your time.`;
      return { sentence, allowedFrom };
    }
    case "BAD_TIME":
      return { sentence: CALLS.moveBadTime, allowedFrom: null };
    case "SLOT_NOT_FREE":
      return { sentence: CALLS.moveTaken, allowedFrom: error.data.nextFreeAt };
    case "NOT_POSSIBLE":
      return { sentence: CALLS.moveTooLate, allowedFrom: null };
    case "CONSENT_MISSING":
      return { sentence: CALLS.moveNoConsent, allowedFrom: null };
    case "SUPPRESSED":
      return { sentence: CALLS.moveSuppressed, allowedFrom: null };
    default:
      return { sentence: problemSentence(error), allowedFrom: null };
  }
}
