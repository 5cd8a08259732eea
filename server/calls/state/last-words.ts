import type { End, StateOf } from "#server/calls/state/call-state.ts";
import type { Step, StepRules } from "#server/calls/state/step.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** Last words of the carrier: it has to ask for them first, and speaks slowly. */
const SLACK_MS = 10_000;
const MS_PER_CHARACTER = 90;

/**
 * The stream is let go; the carrier then asks what to do, is told the words, and hangs up. If it never asks, the phone is ended when they
 * would have been spoken.
 */
export function leaveWithWords(
  { attempt, carrierCallId, answeredAt }: StateOf<"answered" | "talking">,
  end: End,
  text: string,
  rules: StepRules,
  events: NewCallEvent[] = [],
): Step {
  const until = rules.nowMs + SLACK_MS + text.length * MS_PER_CHARACTER;
  const say = { text, until };
  return {
    state: { phase: "leaving", attempt, carrierCallId, answeredAt, before: "in_progress", end, say },
    events,
    effects: [{ kind: "releaseActor" }, { kind: "setAlarm", alarm: "call.reconcile", at: until }],
  };
}
