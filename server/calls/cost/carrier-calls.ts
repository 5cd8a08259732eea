import { type CallInput, type CallState, liveAttempt } from "#server/calls/state/call-state.ts";

/** One phone call that the carrier made for an attempt, as far as its bill goes. Instants are ms since the epoch. */
export type CarrierCallRow = {
  attemptId: string;
  carrierCallId: string;
  /** Somebody, or a machine, picked up; null: the carrier charges nothing. */
  answeredAt: number | null;
  /** Null while it runs. */
  endedAt: number | null;
};

/**
 * The phone calls of all attempts, kept because a call's states forget an attempt once it is over, and the carrier's price comes later. What
 * names the carrier's id is always an input, and one that belonged to the attempt under way.
 */
export function carrierCallsAfter(
  rows: readonly CarrierCallRow[],
  { before, input, after, nowMs }: { before: CallState; input: CallInput; after: CallState; nowMs: number },
): CarrierCallRow[] {
  const attemptId = liveAttempt(before)?.attemptId;
  if (attemptId === undefined) return [...rows];
  const known = rows.find((row) => row.attemptId === attemptId);
  const carrierCallId = known?.carrierCallId ?? ("carrierCallId" in input ? input.carrierCallId : null);
  if (carrierCallId === null) return [...rows];
  const row: CarrierCallRow = {
    attemptId,
    carrierCallId,
    answeredAt: known?.answeredAt ?? (wasPickedUp(input) ? nowMs : null),
    endedAt: known?.endedAt ?? (liveAttempt(after)?.attemptId === attemptId ? null : nowMs),
  };
  return [...rows.filter((one) => one !== known), row];
}

function wasPickedUp(input: CallInput): boolean {
  switch (input.kind) {
    case "pickedUp":
    case "machineAnswered":
      return true;
    case "carrierReported":
      return input.status === "in_progress" || input.status === "completed";
    default:
      return false;
  }
}
