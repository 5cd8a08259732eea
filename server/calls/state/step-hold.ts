import type { CallInput, CallState, Holder } from "#server/calls/state/call-state.ts";
import type { StepResult } from "#server/calls/state/step.ts";
import type { Actor } from "#shared/call/events.ts";

type HoldInput = Extract<CallInput, { kind: "holdTaken" | "holdEnded" }>;

/** Who speaks for the business: the agent, or exactly one person [CL354]. Only while there is a talk. */
export function stepHold(state: CallState, input: HoldInput): StepResult {
  if (state.phase !== "answered" && state.phase !== "talking") return null;
  const { holder, ...agentHolds } = state;
  if (input.kind === "holdTaken") {
    if (holder !== undefined) return null;
    const { kind: _kind, ...by } = input.holder;
    const event = { type: "holder.changed" as const, holder: "person" as const, by: personOf(by) };
    return { state: { ...state, holder: by }, events: [event], effects: [] };
  }
  if (holder === undefined || (input.accountId !== null && holder.accountId !== input.accountId)) return null;
  const { by, instruction } = input;
  const said = instruction === undefined ? {} : { instruction };
  return {
    state: agentHolds,
    events: [{ type: "holder.changed", holder: "agent", by, ...said }],
    effects: [],
  };
}

const personOf = (holder: Holder): Actor => ({ kind: "person", ...holder });
