import { z } from "zod";

/** Where a call stands, in the order it usually goes through (DESIGN, public interface). */
export const CALL_STATUSES = [
  "scheduled",
  "queued",
  "dialing",
  "ringing",
  "in_progress",
  "cancelling",
  "wrapping_up",
  "completed",
  "no_answer",
  "busy",
  "voicemail",
  "failed",
  "cancelled",
] as const;

export const callStatusSchema = z.enum(CALL_STATUSES);
export type CallStatus = z.infer<typeof callStatusSchema>;

/** The statuses a call can end with; exactly one `call.ended` event carries one of them. */
export const FINAL_STATUSES = ["completed", "no_answer", "busy", "voicemail", "failed", "cancelled"] as const;
export const finalStatusSchema = z.enum(FINAL_STATUSES);
export type FinalStatus = z.infer<typeof finalStatusSchema>;

const FINAL: ReadonlySet<CallStatus> = new Set(FINAL_STATUSES);
const ON_THE_PHONE: ReadonlySet<CallStatus> = new Set(["dialing", "ringing", "in_progress", "cancelling"]);
const WAITING: ReadonlySet<CallStatus> = new Set(["scheduled", "queued"]);

/** The call is over; its status never changes again. */
export const isFinal = (status: CallStatus): boolean => FINAL.has(status);
/** A phone rings or is in somebody's hand because of this call. */
export const isOnThePhone = (status: CallStatus): boolean => ON_THE_PHONE.has(status);
/** Nobody was dialled yet (or not again yet). */
export const isWaiting = (status: CallStatus): boolean => WAITING.has(status);
/** Both sides can talk now. */
export const isTalking = (status: CallStatus): boolean => status === "in_progress";
/** A request to cancel would still change something. */
export const canCancel = (status: CallStatus): boolean =>
  !isFinal(status) && status !== "cancelling" && status !== "wrapping_up";
/** There is a phone call that a person may hang up. */
export const canHangUp = (status: CallStatus): boolean => isOnThePhone(status) && status !== "cancelling";
