import { CALLS } from "#client/calls/copy.ts";
import type { CallStatus, FinalStatus } from "#shared/call/status.ts";
import type { Outcome } from "#shared/call/events.ts";
import type { CallView, ToolView } from "#shared/call/view.ts";
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

/** What a call is for when its consumer asked for it without saying so: written for the agent, who talks with "the consumer". */
const ASKED_BY_THEMSELVES = /^Call consumer to discuss their /;

/** What the call is for, as those read it who are called or who have called. */
export const objectiveText = (objective: string, audience: "staff" | "consumer"): string =>
  audience === "staff" ? objective : objective.replace(ASKED_BY_THEMSELVES, "To discuss your ");

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
  cancelled_before_answer: "The call was cancelled before anybody answered.",
  cancelled_before_dialing: "The call was cancelled before anybody was dialled.",
  cancelled_at_answer: "The call was cancelled as the phone was picked up; nobody spoke.",
  consumer_hung_up: "The consumer hung up.",
  time_limit: "The call reached its time limit.",
  ended_unseen: "The call ended while our server was away; the phone network told us afterwards.",
  hung_up_by_consumer: "The consumer hung up on the screen.",
  hung_up_by_business: "The business hung up on the screen.",
  hung_up_by_supervisor: "A supervisor hung up on the screen.",
  hung_up_at_once: "The person hung up as soon as the call was answered.",
  objective_met: "The objective was met, and the agent said goodbye.",
  declined: "The person declined, and the agent said goodbye.",
  callee_busy: "The person had no time, and the agent said goodbye.",
  wrong_number: "It was the wrong number.",
  opted_out: "The person asked not to be called. We call this number no more.",
  suppression: "This number asked not to be called, so it was not dialled.",
  consent: "The person had not agreed to this call, so it was not dialled.",
  attempts: "The person was called as often as a day allows, so it was not dialled.",
  queued_too_long: "The phone network kept the call waiting for too long, so it was given up.",
  screened: "A call screener did not put the call through.",
  unreachable: "This number can't be reached.",
  carrier_refused: "The phone network refused the call.",
  lost_at_carrier: "The phone network lost the call.",
  no_response: "Nobody answered on the line, so the agent said goodbye.",
  goodbye_said: "Both said goodbye.",
  connection_lost: "The connection was lost and could not be brought back.",
  voice_unavailable: "The agent's voice was not available.",
};

/** The same said to the person who was called. */
const END_REASONS_TO_CONSUMER: Record<string, string> = {
  consumer_hung_up: "You hung up.",
  hung_up_by_consumer: "You hung up on the screen.",
  hung_up_at_once: "The call was hung up as soon as it was answered.",
  objective_met: "Everything was settled, and the assistant said goodbye.",
  declined: "You declined, and the assistant said goodbye.",
  callee_busy: "You had no time, and the assistant said goodbye.",
  opted_out: "You asked not to be called. We call your number no more.",
  suppression: "Your number is on the list of those who asked not to be called, so it was not dialled.",
  consent: "You had not agreed to this call, so your number was not dialled.",
  attempts: "You were called as often as a day allows, so your number was not dialled.",
  unreachable: "Your number can't be reached.",
  no_response: "Nobody answered on the line, so the assistant said goodbye.",
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
export function endReasonText(view: CallView, audience: "staff" | "consumer"): string {
  const byStatus = isFinalStatus(view.status) ? BY_STATUS[view.status] : "";
  const toConsumer = audience === "consumer" ? END_REASONS_TO_CONSUMER : {};
  const ours = toConsumer[view.endReason ?? ""] ?? END_REASONS[view.endReason ?? ""] ?? byStatus;
  const theirs = view.attempts.at(-1)?.reason ?? null;
  return theirs === null || theirs === ours ? ours : `${ours} ${theirs}`;
}

const TOOLS: Record<string, string> = {
  confirm_person: "Made sure who is on the phone",
  offer_slots: "Looked for free times",
  book_slot: "Booked an appointment",
  call_later: "Planned another call",
  request_person: "Asked for a human",
  wait_for_user: "Waited",
  record_answer: "Noted an answer",
  stop_recording: "Stopped the recording",
  mark_do_not_call: "Marked “do not call”",
  end_call: "Ended the call",
};

/** What a tool did, in words; an unknown one by its own name. */
export const toolWords = (name: string): string => TOOLS[name] ?? name.replaceAll("_", " ");

/** What a tool call came to: the noted answer itself where there is one, otherwise what the tool said. */
export function toolResultWords({ name, arguments: given, result }: ToolView): string | null {
  if (result === null) return null;
  const { topic, answer } = given;
  const noted =
    name === "record_answer" && result.ok && typeof topic === "string" && typeof answer === "string";
  if (name === "offer_slots" && result.ok) return CALLS.timesFound;
  if (name === "confirm_person" && result.ok) return CALLS.personConfirmed;
  return noted ? `${topic}: ${answer}` : result.text;
}
