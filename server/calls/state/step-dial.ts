import type { CallInput, CallState, StateOf } from "#server/calls/state/call-state.ts";
import { endNow, retryOrEnd, waitUntil } from "#server/calls/state/transitions.ts";
import type { StepResult, StepRules } from "#server/calls/state/step.ts";

type DialInput = Extract<
  CallInput,
  {
    kind:
      | "due"
      | "claimed"
      | "postponed"
      | "refusedByRule"
      | "moved"
      | "dialPlaced"
      | "dialRefused"
      | "dialImpossible"
      | "dialUnknown";
  }
>;

/** First look at the carrier's records after a lost reply. */
const FIRST_RECONCILE_MS = 2000;

/** From waiting to a carrier that has, or has not, taken the dial [CL10–CL19]. */
export function stepDial(state: CallState, input: DialInput, rules: StepRules): StepResult {
  switch (input.kind) {
    case "due":
      return state.phase === "scheduled" && state.dueAt <= rules.nowMs ? comesDue(state) : null;
    case "claimed":
      return state.phase === "queued" ? claim(input, rules) : null;
    case "postponed":
      if (state.phase !== "queued") return null;
      return waitUntil(
        { phase: "scheduled", dueAt: input.until, attemptsMade: state.attemptsMade },
        input.why,
        [],
      );
    case "refusedByRule":
      if (state.phase !== "queued") return null;
      return endNow({ status: "failed", reason: input.reason }, []);
    case "moved":
      return move(state, input.dueAt);
    default:
      return stepDialReply(state, input, rules);
  }
}

const comesDue = ({ attemptsMade }: StateOf<"scheduled">): StepResult => ({
  state: { phase: "queued", attemptsMade },
  events: [{ type: "call.queued" }],
  effects: [{ kind: "nudgeQueue" }],
});

/** Only a call that waits can be moved; the one event takes the old instant away and gives the new one [CL232]. */
function move(state: CallState, dueAt: number | null): StepResult {
  if (dueAt === null) return state.phase === "scheduled" ? comesDue(state) : null;
  if (state.phase !== "scheduled" && state.phase !== "queued") return null;
  if (state.phase === "scheduled" && state.booked === true && state.dueAt === dueAt) return null;
  const { attemptsMade } = state;
  return waitUntil({ phase: "scheduled", dueAt, attemptsMade, booked: true }, "booked", []);
}

function claim({ attempt }: Extract<DialInput, { kind: "claimed" }>, rules: StepRules): StepResult {
  const { attemptId, number, from } = attempt;
  return {
    state: { phase: "dialing", attempt, dial: "requesting", carrierCallId: null, since: rules.nowMs },
    events: [{ type: "attempt.dialing", attemptId, attemptNumber: number, fromNumber: from }],
    effects: [{ kind: "dial", attempt }],
  };
}

type DialReply = Extract<DialInput, { attemptId: string }>;

function stepDialReply(state: CallState, input: DialReply, rules: StepRules): StepResult {
  if (state.phase === "cancelling" || state.phase === "leaving") return replyWhileStopping(state, input);
  if (state.phase !== "dialing" || state.attempt.attemptId !== input.attemptId) return null;
  switch (input.kind) {
    case "dialPlaced":
      if (state.carrierCallId !== null) return null;
      return {
        state: { ...state, dial: "placed", carrierCallId: input.carrierCallId },
        events: [],
        effects: [],
      };
    case "dialRefused": {
      const end = { status: "failed", reason: "carrier_refused" } as const;
      const attempt = input.permanent ? { ...state.attempt, number: rules.maxAttempts } : state.attempt;
      return retryOrEnd(attempt, "refused", end, rules, input.reason);
    }
    case "dialImpossible":
      return backToQueue(state, input.reason);
    case "dialUnknown":
      // A webhook may have bound the call before the lost reply was noticed: then nothing is unknown.
      if (state.dial !== "requesting" || state.carrierCallId !== null) return null;
      return {
        state: { ...state, dial: "unknown" },
        events: [],
        effects: [{ kind: "setAlarm", alarm: "call.reconcile", at: rules.nowMs + FIRST_RECONCILE_MS }],
      };
  }
}

/** Nobody was dialled and it is not the call's fault: it keeps its place, the attempt does not count [CL16]. */
function backToQueue(state: StateOf<"dialing">, reason: string): StepResult {
  const { attemptId, number } = state.attempt;
  return {
    state: { phase: "queued", attemptsMade: number - 1 },
    events: [{ type: "attempt.ended", attemptId, ended: "refused", reason }, { type: "call.queued" }],
    effects: [{ kind: "releaseActor" }],
  };
}

/** The reply comes after somebody asked to stop: the phone it names must not stay [CL12]. */
function replyWhileStopping(state: StateOf<"cancelling" | "leaving">, input: DialReply): StepResult {
  if (state.attempt.attemptId !== input.attemptId || state.carrierCallId !== null) return null;
  const { attemptId } = state.attempt;
  switch (input.kind) {
    case "dialPlaced":
      return {
        state: { ...state, carrierCallId: input.carrierCallId },
        events: [],
        effects: [{ kind: "endPhone", carrierCallId: input.carrierCallId }],
      };
    case "dialRefused":
    case "dialImpossible":
      return endNow(
        state.phase === "leaving" ? state.end : { status: "cancelled", reason: "cancelled_before_answer" },
        [{ type: "attempt.ended", attemptId, ended: "cancelled" }],
      );
    case "dialUnknown":
      return null; // Reconciliation goes on; the gate at pick-up refuses a conversation meanwhile.
  }
}
