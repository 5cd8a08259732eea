import type { CallStatus, FinalStatus } from "#shared/call/status.ts";
import type { Outcome } from "#shared/call/events.ts";
import type { CallView } from "#shared/call/view.ts";
import type { Tone } from "#client/ui/chip.tsx";

const OUTCOMES: Record<Outcome, { text: string; tone: Tone }> = {
  objective_met: { text: "Objective met", tone: "live" },
  callback_requested: { text: "Asked for another call", tone: "sched" },
  not_interested: { text: "Not interested", tone: "idle" },
  wrong_number: { text: "Wrong number", tone: "bad" },
  opted_out: { text: "Asked not to be called", tone: "bad" },
  voicemail: { text: "Reached voicemail", tone: "idle" },
  no_conversation: { text: "No conversation", tone: "idle" },
};

const isOutcome = (value: string): value is Outcome => Object.hasOwn(OUTCOMES, value);

/** A result as words; a list may carry one that this page does not know yet. */
export function outcomeWords(outcome: string): { text: string; tone: Tone } {
  return isOutcome(outcome) ? OUTCOMES[outcome] : { text: outcome.replaceAll("_", " "), tone: "idle" };
}

const STATUS_WORDS: Record<CallStatus, string> = {
  scheduled: "Scheduled",
  queued: "In line",
  dialing: "Dialing",
  ringing: "Ringing",
  in_progress: "Live",
  cancelling: "Cancelling",
  wrapping_up: "Summing up",
  completed: "Completed",
  no_answer: "Nobody answered",
  busy: "Busy",
  voicemail: "Voicemail",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const statusWord = (status: CallStatus): string => STATUS_WORDS[status];

const END_REASONS: Record<string, string> = {
  cancelled_after_answer: "The call was cancelled while the two were talking.",
  cancelled: "The call was cancelled before anybody answered.",
  cancelled_before_answer: "The call was cancelled before anybody answered.",
  opted_out: "The person asked not to be called. We call this number no more.",
};

const BY_STATUS: Record<FinalStatus, string> = {
  completed: "The talk came to its end.",
  no_answer: "Nobody answered, and no more attempts are planned.",
  busy: "The line was busy, and no more attempts are planned.",
  voicemail: "A voicemail answered.",
  failed: "The phone network could not connect the call.",
  cancelled: "The call was cancelled.",
};

const isFinalStatus = (status: CallStatus): status is FinalStatus => Object.hasOwn(BY_STATUS, status);

/** Why a call ended, in plain words. The carrier's own sentence about the last attempt comes after ours. */
export function endReasonText(view: CallView): string {
  const byStatus = isFinalStatus(view.status) ? BY_STATUS[view.status] : "";
  const ours = END_REASONS[view.endReason ?? ""] ?? byStatus;
  const theirs = view.attempts.at(-1)?.reason ?? null;
  return theirs === null || theirs === ours ? ours : `${ours} ${theirs}`;
}

const TOOLS: Record<string, string> = {
  record_answer: "Noted an answer",
  offer_slots: "Looked up free times",
  book_slot: "Booked a time",
  request_human: "Asked for a person",
  schedule_callback: "Planned another call",
  mark_do_not_call: "Marked “do not call”",
  end_call: "Said goodbye",
};

/** What a tool did, in words; an unknown one by its own name. */
export const toolWords = (name: string): string => TOOLS[name] ?? name.replaceAll("_", " ");
