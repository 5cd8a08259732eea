import type { CallInput, CallState, Effect, End, StateOf } from "#server/calls/state/call-state.ts";
import { leaveWithWords } from "#server/calls/state/last-words.ts";
import { endNow } from "#server/calls/state/transitions.ts";
import type { StepResult, StepRules } from "#server/calls/state/step.ts";
import type { Actor } from "#shared/call/events.ts";

type StopInput = Extract<CallInput, { kind: "hangUpAsked" | "cancelAsked" | "summedUp" }>;

/** How long the carrier may take to confirm before we ask it ourselves. */
const CONFIRM_WITHIN_MS = 5000;

/** Stopping: a cancel in every state, a hang-up, the last step after the summary [CL11–CL14, CL50]. */
export function stepCancel(state: CallState, input: StopInput, rules: StepRules): StepResult {
  switch (input.kind) {
    case "cancelAsked":
      return cancel(state, input.by, rules);
    case "hangUpAsked":
      return hangUp(state, input, rules);
    case "summedUp":
      return state.phase === "wrappingUp" ? endNow(state.end, input.events, input.outcome) : null;
  }
}

function stopPhone(carrierCallId: string | null, rules: StepRules): Effect[] {
  const ask: Effect[] = carrierCallId === null ? [] : [{ kind: "endPhone", carrierCallId }];
  return [
    ...ask,
    { kind: "releaseActor" },
    { kind: "setAlarm", alarm: "call.reconcile", at: rules.nowMs + CONFIRM_WITHIN_MS },
  ];
}

function cancel(state: CallState, by: Actor, rules: StepRules): StepResult {
  switch (state.phase) {
    case "scheduled":
    case "queued":
      return endNow({ status: "cancelled", reason: "cancelled_before_dialing" }, [
        { type: "call.cancelRequested", by },
      ]);
    case "dialing":
    case "ringing":
    case "answered":
    case "talking":
    case "leaving": {
      const { attempt, carrierCallId } = state;
      const answeredAt = "answeredAt" in state ? state.answeredAt : null;
      return {
        state: { phase: "cancelling", attempt, carrierCallId, answeredAt, since: rules.nowMs },
        events: [{ type: "call.cancelRequested", by }],
        effects: stopPhone(carrierCallId, rules),
      };
    }
    default:
      return null;
  }
}

/** Ends the phone call as if the talk were over; `end` is what it will be called. */
function hangUp(
  state: CallState,
  { end, say }: Extract<StopInput, { kind: "hangUpAsked" }>,
  rules: StepRules,
): StepResult {
  switch (state.phase) {
    case "dialing":
    case "ringing":
      return leave(state, null, state.phase, end, rules);
    case "answered":
    case "talking":
      if (say !== undefined) return leaveWithWords(state, end, say, rules);
      return leave(state, state.answeredAt, "in_progress", end, rules);
    default:
      return null;
  }
}

function leave(
  { attempt, carrierCallId }: Pick<StateOf<"dialing">, "attempt" | "carrierCallId">,
  answeredAt: number | null,
  before: StateOf<"leaving">["before"],
  end: End,
  rules: StepRules,
): StepResult {
  return {
    state: { phase: "leaving", attempt, carrierCallId, answeredAt, before, end, say: null },
    events: [],
    effects: stopPhone(carrierCallId, rules),
  };
}
