import type { CallInput, CallState, StateOf, StreamToken } from "#server/calls/state/call-state.ts";
import { leaveWithWords } from "#server/calls/state/last-words.ts";
import { mayConnectAgain } from "#server/calls/state/resume-budget.ts";
import { answeredNow } from "#server/calls/state/transitions.ts";
import { liveAttempt } from "#server/calls/state/call-state.ts";
import type { StepResult, StepRules } from "#server/calls/state/step.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

type TalkInput = Extract<
  CallInput,
  { kind: "pickedUp" | "streamAdmitted" | "streamOpened" | "streamLost" | "machineAnswered" }
>;

/** From the answer to the end of the last stream [CL40–CL48]. */
export function stepTalk(state: CallState, input: TalkInput, rules: StepRules): StepResult {
  if (liveAttempt(state)?.attemptId !== input.attemptId) return null;
  switch (input.kind) {
    case "pickedUp":
      return pickedUp(state, input, rules);
    case "streamAdmitted":
      if (state.phase !== "answered" || !admits(state.token, input.token, rules)) return null;
      return { state: { ...state, token: null }, events: [], effects: [] };
    case "streamOpened":
      return state.phase === "answered" ? opened(state, input.epoch, rules) : null;
    case "streamLost":
      return streamLost(state, input.epoch, rules);
    case "machineAnswered":
      return machine(state, input, rules);
  }
}

/**
 * [CL40] The last gate: the carrier asks what to do with a phone in somebody's hand. Null means: hang up. Asked again for the same attempt
 * (a repeated webhook, or after a lost stream) the answer is a fresh token; the older one is void.
 */
function pickedUp(
  state: CallState,
  input: Extract<TalkInput, { kind: "pickedUp" }>,
  rules: StepRules,
): StepResult {
  const { carrierCallId, token } = input;
  switch (state.phase) {
    case "dialing":
    case "ringing": {
      const known = state.carrierCallId;
      if (known !== null && known !== carrierCallId) return null;
      const { attempt } = state;
      return {
        state: answeredNow(attempt, carrierCallId, token, rules),
        events: [{ type: "attempt.answered", attemptId: attempt.attemptId }],
        effects: [{ kind: "prepareVoice" }],
      };
    }
    case "answered":
      if (state.carrierCallId !== carrierCallId || !mayConnectAgain(state.connectedAts, rules.nowMs))
        return null;
      return {
        state: { ...state, token, connectedAts: [...state.connectedAts, rules.nowMs] },
        events: [],
        effects: [{ kind: "prepareVoice" }],
      };
    case "talking":
      // A repeated question about the ringing must not cut the talk. After a stream the question may come before we noticed that the stream
      // is gone: the socket that holds `token` will claim a higher epoch.
      if (input.after === "ringing") return null;
      if (state.carrierCallId !== carrierCallId || !mayConnectAgain(state.connectedAts, rules.nowMs))
        return null;
      return {
        state: { ...withoutStream(state, token), connectedAts: [...state.connectedAts, rules.nowMs] },
        events: [lostEvent(state, rules)],
        effects: [{ kind: "prepareVoice" }],
      };
    default:
      return null;
  }
}

const admits = (token: StreamToken | null, value: string, rules: StepRules) =>
  token !== null && token.value === value && rules.nowMs < token.expiresAt;

function withoutStream(state: StateOf<"talking">, token: StreamToken | null): StateOf<"answered"> {
  const { phase: _phase, epoch: _epoch, ...talk } = state;
  return { ...talk, phase: "answered", token };
}

function lostEvent(state: StateOf<"talking">, rules: StepRules): NewCallEvent {
  const { attempt, epoch, answeredAt } = state;
  return { type: "stream.lost", attemptId: attempt.attemptId, epoch, atMs: sinceAnswer(answeredAt, rules) };
}

const sinceAnswer = (answeredAt: number, rules: StepRules) => Math.max(0, rules.nowMs - answeredAt);

function opened(state: StateOf<"answered">, epoch: number, rules: StepRules): StepResult {
  const { phase: _phase, token: _token, ...talk } = state;
  const { attempt, answeredAt, streams } = talk;
  const type = streams === 0 ? "stream.opened" : "call.resumed";
  return {
    state: { ...talk, phase: "talking", epoch, streams: streams + 1 },
    events: [{ type, attemptId: attempt.attemptId, epoch, atMs: sinceAnswer(answeredAt, rules) }],
    effects: [],
  };
}

/** The phone is still in somebody's hand: the carrier will ask next, or report the end. */
function streamLost(state: CallState, epoch: number, rules: StepRules): StepResult {
  if (state.phase !== "talking" || state.epoch !== epoch) return null;
  return { state: withoutStream(state, null), events: [lostEvent(state, rules)], effects: [] };
}

/** [CL47] Nobody talks to a machine: hang up, or leave the message that the business chose [CL96]. */
function machine(
  state: CallState,
  input: Extract<TalkInput, { kind: "machineAnswered" }>,
  rules: StepRules,
): StepResult {
  const { carrierCallId, answeredBy, message } = input;
  if (state.phase === "dialing" || state.phase === "ringing") {
    // The verdict overtook the answer it is about.
    const known = state.carrierCallId;
    if (known !== null && known !== carrierCallId) return null;
    const left = machine(answeredNow(state.attempt, carrierCallId, null, rules), input, rules);
    const event = { type: "attempt.answered" as const, attemptId: state.attempt.attemptId };
    return left === null ? null : { ...left, events: [event, ...left.events] };
  }
  if (state.phase !== "answered" && state.phase !== "talking") return null;
  if (state.carrierCallId !== carrierCallId) return null;
  const { attempt, answeredAt } = state;
  const { attemptId } = attempt;
  const end = { status: "voicemail", reason: "voicemail" } as const;
  if (message !== undefined) {
    const told: NewCallEvent = { type: "attempt.machineDetected", attemptId, answeredBy, message };
    return leaveWithWords(state, end, message, rules, [told]);
  }
  return {
    state: { phase: "leaving", attempt, carrierCallId, answeredAt, before: "in_progress", end, say: null },
    events: [{ type: "attempt.machineDetected", attemptId, answeredBy }],
    effects: [{ kind: "endPhone", carrierCallId }, { kind: "releaseActor" }],
  };
}
