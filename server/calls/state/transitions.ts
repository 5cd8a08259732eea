import type {
  Attempt,
  CallState,
  End,
  Effect,
  StateOf,
  StreamToken,
} from "#server/calls/state/call-state.ts";
import type { Step, StepRules } from "#server/calls/state/step.ts";
import type { AttemptEnd, NewCallEvent, Outcome } from "#shared/call/events.ts";

/**
 * When the analyst starts on a server that does not hold the call's actor: later than the actor waits for the last words. The server
 * that holds it starts as soon as they are stored.
 */
const WRAP_UP_AFTER_MS = 5000;
/** Ends that the person on the phone did not want and could not foresee. */
const BROKEN_OFF = new Set(["connection_lost", "voice_unavailable"]);

/** The call is over without a talk to sum up. */
export function endNow(end: End, before: NewCallEvent[], outcome: Outcome | null = null): Step {
  const ended: NewCallEvent = {
    type: "call.ended",
    status: end.status,
    reason: end.reason,
    ...(outcome !== null && { outcome }),
  };
  return {
    state: { phase: "ended", end },
    events: [...before, ended],
    effects: [{ kind: "releaseActor" }, { kind: "nudgeQueue" }],
  };
}

/** The phone was picked up, by a person or a machine, and the phone call is over: it is summed up and priced, then ends as `end`. */
export function wrapUp(
  talk: { attempt: Attempt; carrierCallId: string; answeredAt: number },
  end: End,
  rules: StepRules,
): Step {
  const { attempt, carrierCallId, answeredAt } = talk;
  return {
    state: {
      phase: "wrappingUp",
      attempt,
      end,
      carrierCallId,
      talkedMs: Math.max(0, rules.nowMs - answeredAt),
    },
    events: [
      ...callbackDue(end, rules),
      { type: "attempt.ended", attemptId: attempt.attemptId, ended: "completed" },
    ],
    effects: [
      { kind: "releaseActor" },
      { kind: "setAlarm", alarm: "call.wrapUp", at: rules.nowMs + WRAP_UP_AFTER_MS },
      { kind: "nudgeQueue" },
    ],
  };
}

/** We broke a talk off: the business sees that somebody waits for its call [CL101]; nobody does who asked not to be called again [CL202]. */
function callbackDue({ reason }: End, { optedOut }: StepRules): NewCallEvent[] {
  if (optedOut || !BROKEN_OFF.has(reason)) return [];
  return [{ type: "flag.raised", by: { kind: "system" }, reason: "The call broke off. Please call back." }];
}

/** An attempt that reached nobody: try again later, at a legal hour, or give up with `end` [CL20, CL230]. */
export function retryOrEnd(
  attempt: Attempt,
  ended: AttemptEnd,
  end: End,
  rules: StepRules,
  reason?: string,
): Step {
  const over: NewCallEvent = {
    type: "attempt.ended",
    attemptId: attempt.attemptId,
    ended,
    ...(reason !== undefined && { reason }),
  };
  if (attempt.number >= rules.maxAttempts) return endNow(end, [over]);
  const dueAt = rules.legalFrom(rules.nowMs + rules.retryBackoffMs * 2 ** (attempt.number - 1));
  return waitUntil({ phase: "scheduled", dueAt, attemptsMade: attempt.number }, "retry", [over]);
}

export function waitUntil(
  state: Extract<CallState, { phase: "scheduled" }>,
  why: "booked" | "retry" | "quiet_hours" | "person_busy" | "attempt_limit" | "spend_cap",
  before: NewCallEvent[],
): Step {
  const effects: Effect[] = [
    { kind: "releaseActor" },
    { kind: "setAlarm", alarm: "call.due", at: state.dueAt },
    { kind: "nudgeQueue" },
  ];
  return {
    state,
    events: [...before, { type: "call.scheduled", scheduledFor: new Date(state.dueAt).toISOString(), why }],
    effects,
  };
}

/** Picked up just now; `token` comes with the carrier's question what to do. */
export function answeredNow(
  attempt: Attempt,
  carrierCallId: string,
  token: StreamToken | null,
  rules: StepRules,
): StateOf<"answered"> {
  const connectedAts = token === null ? [] : [rules.nowMs];
  return {
    phase: "answered",
    attempt,
    carrierCallId,
    answeredAt: rules.nowMs,
    token,
    connectedAts,
    streams: 0,
  };
}
