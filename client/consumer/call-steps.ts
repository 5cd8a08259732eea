import { type CallStatus, isOnThePhone, isWaiting } from "#shared/call/status.ts";

type StepName = "booked" | "inLine" | "call";
type StepState = "done" | "current" | "ahead";
export type CallStep = { name: StepName; state: StepState };

const NAMES: readonly StepName[] = ["booked", "inLine", "call"];

/** How far the call has come, in the three steps a consumer knows; none once it is over or being cancelled. */
export function callSteps(status: CallStatus): readonly CallStep[] {
  const current = currentStep(status);
  if (current === null) return [];
  const at = NAMES.indexOf(current);
  return NAMES.map((name, index) => ({ name, state: stateOf(index - at) }));
}

function currentStep(status: CallStatus): StepName | null {
  if (isWaiting(status)) return status === "scheduled" ? "booked" : "inLine";
  return isOnThePhone(status) && status !== "cancelling" ? "call" : null;
}

function stateOf(distance: number): StepState {
  if (distance === 0) return "current";
  return distance < 0 ? "done" : "ahead";
}
