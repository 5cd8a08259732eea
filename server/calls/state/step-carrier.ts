import type { CallInput, CallState, StateOf } from "#server/calls/state/call-state.ts";
import type { CarrierStatus } from "#server/telephony/telephony.ts";
import { liveAttempt, liveCarrierCallId } from "#server/calls/state/call-state.ts";
import { answeredNow, endNow, retryOrEnd, wrapUp } from "#server/calls/state/transitions.ts";
import type { Step, StepResult, StepRules } from "#server/calls/state/step.ts";
import type { FinalStatus } from "#shared/call/status.ts";

type CarrierInput = Extract<CallInput, { kind: "carrierReported" | "lostAtCarrier" }>;

const REACHED_NOBODY: Partial<Record<CarrierStatus, FinalStatus>> = {
  busy: "busy",
  no_answer: "no_answer",
  failed: "failed",
  cancelled: "failed",
};

/** What the carrier says, in whatever order and however often it says it [CL30–CL36]. */
export function stepCarrier(state: CallState, input: CarrierInput, rules: StepRules): StepResult {
  if (liveAttempt(state)?.attemptId !== input.attemptId) return null;
  if (input.kind === "lostAtCarrier") return lost(state, rules);
  const known = liveCarrierCallId(state);
  // A second carrier call for one attempt is somebody else's: it never moves this one.
  if (known !== null && known !== input.carrierCallId) return null;
  const bound = bind(state, input.carrierCallId);
  const moved = move(bound, input, rules);
  if (moved !== null) return moved;
  return known === null ? boundOnly(bound, input.carrierCallId) : null;
}

/** Any signed report names the carrier's call of its attempt, also when the dial's own reply was lost. */
function bind(state: CallState, carrierCallId: string): CallState {
  if (state.phase === "dialing") {
    return { ...state, carrierCallId, dial: "placed" };
  }
  if (state.phase === "cancelling" || state.phase === "leaving") return { ...state, carrierCallId };
  return state;
}

function boundOnly(state: CallState, carrierCallId: string): Step {
  const stopping = state.phase === "cancelling" || state.phase === "leaving";
  return { state, events: [], effects: stopping ? [{ kind: "endPhone", carrierCallId }] : [] };
}

type Report = Extract<CarrierInput, { kind: "carrierReported" }>;

function move(state: CallState, report: Report, rules: StepRules): StepResult {
  const { status, carrierCallId } = report;
  switch (status) {
    case "queued":
    case "initiated":
      return null;
    case "ringing":
      if (state.phase !== "dialing") return null;
      return {
        state: { phase: "ringing", attempt: state.attempt, carrierCallId },
        events: [{ type: "attempt.ringing", attemptId: state.attempt.attemptId }],
        effects: [{ kind: "prepareVoice" }],
      };
    case "in_progress":
      return answeredByReport(state, carrierCallId, rules);
    default:
      return over(state, report, rules);
  }
}

/** The report of the answer may overtake the carrier's question what to do: the token comes with the question. */
function answeredByReport(state: CallState, carrierCallId: string, rules: StepRules): StepResult {
  if (state.phase !== "dialing" && state.phase !== "ringing") return null;
  const { attempt } = state;
  return {
    state: answeredNow(attempt, carrierCallId, null, rules),
    events: [{ type: "attempt.answered", attemptId: attempt.attemptId }],
    effects: [{ kind: "prepareVoice" }],
  };
}

function over(state: CallState, report: Report, rules: StepRules): StepResult {
  const { status, carrierCallId } = report;
  switch (state.phase) {
    case "dialing":
    case "ringing": {
      const nobody = REACHED_NOBODY[status];
      if (nobody === undefined) {
        // "completed" without an answer we saw: the phone was picked up and put down before anything reached us.
        return wrapUp(
          { attempt: state.attempt, carrierCallId, answeredAt: rules.nowMs },
          { status: "completed", reason: "hung_up_at_once" },
          rules,
        );
      }
      return retryOrEnd(state.attempt, attemptEnd(nobody), { status: nobody, reason: nobody }, rules);
    }
    case "answered":
    case "talking":
      return wrapUp(
        { ...state, carrierCallId },
        { status: "completed", reason: whoEnded(state, report, rules) },
        rules,
      );
    case "leaving":
      return left(state, carrierCallId, rules);
    case "cancelling":
      return cancelled(state, status, carrierCallId, rules);
    default:
      return null;
  }
}

/** The carrier counts whole seconds: a second early is still the limit. What we had to ask for, nobody of ours saw. */
function whoEnded({ answeredAt }: { answeredAt: number }, { learned }: Report, rules: StepRules): string {
  if (rules.nowMs - answeredAt >= rules.timeLimitMs - 1000) return "time_limit";
  return learned === true ? "ended_unseen" : "consumer_hung_up";
}

const attemptEnd = (status: FinalStatus) => (status === "busy" || status === "no_answer" ? status : "failed");

/** We had asked the carrier to end it: now it did. */
function left(state: StateOf<"leaving">, carrierCallId: string, rules: StepRules): Step {
  const { attempt, answeredAt, end } = state;
  if (answeredAt === null) {
    return endNow(end, [{ type: "attempt.ended", attemptId: attempt.attemptId, ended: "failed" }]);
  }
  return wrapUp({ attempt, carrierCallId, answeredAt }, end, rules);
}

/** [CL13] The final state is the truth: a cancel that lost the race against the answer says so. */
function cancelled(
  state: StateOf<"cancelling">,
  status: CarrierStatus,
  carrierCallId: string,
  rules: StepRules,
): Step {
  const { attempt, answeredAt } = state;
  if (answeredAt !== null) {
    return wrapUp(
      { attempt, carrierCallId, answeredAt },
      { status: "cancelled", reason: "cancelled_after_answer" },
      rules,
    );
  }
  const reason = status === "completed" ? "cancelled_at_answer" : "cancelled_before_answer";
  return endNow({ status: "cancelled", reason }, [
    { type: "attempt.ended", attemptId: attempt.attemptId, ended: "cancelled" },
  ]);
}

/** [CL36] The carrier has no such call: whatever there was is over, and nobody is dialled again because of it. */
function lost(state: CallState, rules: StepRules): StepResult {
  switch (state.phase) {
    case "answered":
    case "talking":
      return wrapUp(state, { status: "failed", reason: "connection_lost" }, rules);
    case "leaving":
      return left(state, state.carrierCallId ?? "", rules);
    case "cancelling":
      return cancelled(state, "cancelled", state.carrierCallId ?? "", rules);
    case "dialing":
    case "ringing":
      return endNow({ status: "failed", reason: "lost_at_carrier" }, [
        { type: "attempt.ended", attemptId: state.attempt.attemptId, ended: "failed" },
      ]);
    default:
      return null;
  }
}
