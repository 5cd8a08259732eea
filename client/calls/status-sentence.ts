import type { Tone } from "#client/ui/chip.tsx";
import { instantText, sinceMs, spanText, timerText } from "#client/ui/format.ts";
import type { CallStatus } from "#shared/call/status.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import type { CallView } from "#shared/call/view.ts";

export type StatusIcon =
  | "queued"
  | "scheduled"
  | "dialing"
  | "ringing"
  | "live"
  | "needsYou"
  | "done"
  | "failed"
  | "cancelled";

/** `text` is what is shown and may hold a running timer; `said` is the same without it, for screen readers. */
export type StatusSentence = { tone: Tone; icon: StatusIcon; text: string; said: string };

/** What a status sentence is made of; a view and a summary both have it. */
export type StatusFacts = {
  status: CallStatus;
  scheduledFor: string | null;
  scheduledWhy: string | null;
  /** When the phone started to be dialled or to ring; null when not known. */
  stepAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
  /** False while a lost stream is being replaced. */
  connected: boolean;
};

export function factsOfView(view: CallView): StatusFacts {
  const attempt = view.attempts.at(-1);
  return {
    status: view.status,
    scheduledFor: view.scheduledFor,
    scheduledWhy: view.scheduledWhy,
    stepAt: attempt?.ringingAt ?? attempt?.dialedAt ?? null,
    answeredAt: view.answeredAt,
    endedAt: view.endedAt,
    connected: view.connected,
  };
}

export function factsOfSummary(summary: CallSummary): StatusFacts {
  const { status, scheduledFor, answeredAt, endedAt } = summary;
  return { status, scheduledFor, scheduledWhy: null, stepAt: null, answeredAt, endedAt, connected: true };
}

const same = (tone: Tone, icon: StatusIcon, text: string): StatusSentence => ({
  tone,
  icon,
  text,
  said: text,
});

/** The state of a call as a sentence, an icon and a colour. */
export function statusSentence(facts: StatusFacts, nowMs: number): StatusSentence {
  switch (facts.status) {
    case "scheduled":
      return same("sched", "scheduled", scheduledText(facts, nowMs));
    case "queued":
      return same("idle", "queued", "In line, due now");
    case "dialing":
      return timed("wait", "dialing", "Dialing", facts.stepAt, nowMs);
    case "ringing":
      return timed("wait", "ringing", "Ringing", facts.stepAt, nowMs);
    case "in_progress":
      return liveSentence(facts, nowMs);
    case "cancelling":
      return same("wait", "cancelled", "Cancelling…");
    case "wrapping_up":
      return same("idle", "queued", "The talk is over, summing up");
    default:
      return finalSentence(facts);
  }
}

function timed(
  tone: Tone,
  icon: StatusIcon,
  word: string,
  from: string | null,
  nowMs: number,
): StatusSentence {
  if (from === null) return same(tone, icon, word);
  return { tone, icon, text: `${word}, ${spanText(sinceMs(from, nowMs))}`, said: word };
}

function liveSentence(facts: StatusFacts, nowMs: number): StatusSentence {
  const timer = facts.answeredAt === null ? "" : ` ${timerText(sinceMs(facts.answeredAt, nowMs))}`;
  if (facts.connected) return { tone: "live", icon: "live", text: `Live${timer}`, said: "Live" };
  return {
    tone: "wait",
    icon: "live",
    text: `Live${timer}, connecting the sound`,
    said: "Live, connecting the sound",
  };
}

const WHY: Record<string, string> = {
  booked: "Booked for",
  quiet_hours: "Waits for calling hours, calls at",
  retry: "Not reached, tries again at",
  attempt_limit: "Called often enough today, calls at",
  spend_cap: "Today's spending limit is reached, calls at",
  person_busy: "Waits until the person is free, tries at",
};

function scheduledText(facts: StatusFacts, nowMs: number): string {
  if (facts.scheduledFor === null) return "Scheduled";
  const words = WHY[facts.scheduledWhy ?? ""] ?? "Calls at";
  return `${words} ${instantText(facts.scheduledFor, nowMs)}`;
}

function finalSentence(facts: StatusFacts): StatusSentence {
  switch (facts.status) {
    case "completed":
      return same("live", "done", `Completed${talkedFor(facts)}`);
    case "no_answer":
      return same("idle", "failed", "Nobody answered");
    case "busy":
      return same("idle", "failed", "The line was busy");
    case "voicemail":
      return same("idle", "done", "Reached voicemail");
    case "cancelled":
      return same("idle", "cancelled", "Cancelled");
    default:
      return same("bad", "failed", "The call failed");
  }
}

function talkedFor({ answeredAt, endedAt }: StatusFacts): string {
  if (answeredAt === null || endedAt === null) return "";
  return ` after ${timerText(Date.parse(endedAt) - Date.parse(answeredAt))}`;
}
