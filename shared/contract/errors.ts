import { z } from "zod";

/**
 * Every error a procedure can answer: its HTTP status, its sentence, its data. Messages are sentences for a person and name nobody
 * (DESIGN §4). A procedure lists the ones it can meet; 400, 401, 403 and 404 may come from each.
 */
export const ERRORS = {
  INVALID_INPUT: {
    status: 400,
    message: "Something in the request is not right.",
    data: z.unknown().optional(),
  },
  UNAUTHENTICATED: { status: 401, message: "Please sign in first." },
  FORBIDDEN: { status: 403, message: "Your account may not do this." },
  NOT_FOUND: { status: 404, message: "This does not exist, or it is not yours to see." },
  MATCH_NOT_INTERESTED: {
    status: 409,
    message: "The business has not said that it is interested in this request yet.",
  },
  NOT_MATCHED: { status: 409, message: "This request was not matched to the business." },
  PHONE_MISSING: { status: 409, message: "There is no confirmed phone number to call yet." },
  CONSENT_MISSING: {
    status: 409,
    message: "The consumer has not agreed to calls by an AI assistant from this business.",
  },
  PROFILE_MISSING: { status: 409, message: "Please complete the business profile first." },
  SUPPRESSED: { status: 409, message: "This number asked not to be called." },
  HELD: {
    status: 409,
    message: "Somebody else is on the call.",
    data: z.object({ holderName: z.string() }),
  },
  NOT_POSSIBLE: { status: 409, message: "This is not possible in the present state." },
  CODE_WRONG: { status: 422, message: "That code is not right. Please check it or ask for a new one." },
  PHONE_INVALID: { status: 422, message: "This is not a phone number we can call." },
  BAD_TIME: { status: 422, message: "That time is in the past or too far away." },
  SLOT_NOT_FREE: {
    status: 409,
    message: "That time is not free, or not any more. Please choose another one.",
    data: z.object({ nextFreeAt: z.string().nullable() }),
  },
  OUTSIDE_CALLING_HOURS: {
    status: 422,
    message: "That time is outside the hours in which calls are allowed where the person lives.",
    data: z.object({ allowedFrom: z.string() }),
  },
  RATE_LIMITED: {
    status: 429,
    message: "That was too many requests. Please wait a little.",
    data: z.object({ retryAfterSeconds: z.number().int().positive() }),
  },
  RECORDING_AWAY: {
    status: 503,
    message: "The recording lies on a server that does not answer at the moment. Please try again later.",
  },
  DIALING_PAUSED: { status: 503, message: "Calling is paused at the moment." },
} as const;

export type ErrorCode = keyof typeof ERRORS;
