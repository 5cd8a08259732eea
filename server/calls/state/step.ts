import type { CallInput, CallState, Effect } from "#server/calls/state/call-state.ts";
import { stepCancel } from "#server/calls/state/step-cancel.ts";
import { stepCarrier } from "#server/calls/state/step-carrier.ts";
import { stepDial } from "#server/calls/state/step-dial.ts";
import { stepHold } from "#server/calls/state/step-hold.ts";
import { stepTalk } from "#server/calls/state/step-talk.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** Rules that a step needs and that may be configured. */
export type StepRules = {
  nowMs: number;
  /** They asked in this call not to be called again. */
  optedOut: boolean;
  maxAttempts: number;
  retryBackoffMs: number;
  /** The first instant at or after this one at which the person may be called. */
  legalFrom(atMs: number): number;
  /** After this the carrier ends the call by itself. */
  timeLimitMs: number;
};

export type Step = { state: CallState; events: NewCallEvent[]; effects: Effect[] };

/** Null: the input changes nothing in this state (late, repeated, or about another attempt). */
export type StepResult = Step | null;

/**
 * The whole life of a call as one pure function: state × input → new state, journal events, effects as data (DESIGN §2.3, rules
 * in SPEC.md). It never throws and never reads a clock.
 */
export function step(state: CallState, input: CallInput, rules: StepRules): StepResult {
  switch (input.kind) {
    case "due":
    case "claimed":
    case "postponed":
    case "refusedByRule":
    case "moved":
    case "dialPlaced":
    case "dialRefused":
    case "dialImpossible":
    case "dialUnknown":
      return stepDial(state, input, rules);
    case "carrierReported":
    case "lostAtCarrier":
      return stepCarrier(state, input, rules);
    case "pickedUp":
    case "streamAdmitted":
    case "streamOpened":
    case "streamLost":
    case "machineAnswered":
      return stepTalk(state, input, rules);
    case "holdTaken":
    case "holdEnded":
      return stepHold(state, input);
    case "hangUpAsked":
    case "cancelAsked":
    case "summedUp":
      return stepCancel(state, input, rules);
  }
}
