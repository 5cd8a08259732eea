/** How an unanswered call ends. */
export type Unanswered = "busy" | "no-answer" | "failed" | "canceled";

/** The states of one call. `initiated` (dialling, not ringing yet) is never shown by REST. */
export type CallState =
  | { readonly phase: "queued" }
  | { readonly phase: "initiated" }
  | { readonly phase: "ringing"; readonly rangAtMs: number }
  | { readonly phase: "in-progress"; readonly answeredAtMs: number }
  | { readonly phase: "completed"; readonly answeredAtMs: number; readonly endedAtMs: number }
  | { readonly phase: Unanswered; readonly endedAtMs: number; readonly sipCode: number };

/** States from which nothing happens any more. */
export type OverState = Extract<CallState, { endedAtMs: number }>;

export function isOver(state: CallState): state is OverState {
  return "endedAtMs" in state;
}

/** Whether the phone has been asked for but nobody has picked it up. */
export function isUnanswered(state: CallState): boolean {
  return state.phase === "queued" || state.phase === "initiated" || state.phase === "ringing";
}

/** The status that REST shows. */
export function restStatus(state: CallState): string {
  return state.phase === "initiated" ? "queued" : state.phase;
}

/** Whole seconds of talk as they are billed: started seconds count, an answered call has at least one. */
export function durationSeconds(state: OverState): number {
  return state.phase === "completed"
    ? Math.max(1, Math.ceil((state.endedAtMs - state.answeredAtMs) / 1000))
    : 0;
}

/** The final SIP code of a status callback. */
export function sipCode(state: OverState): number {
  return state.phase === "completed" ? 200 : state.sipCode;
}
