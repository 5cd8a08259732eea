import type { CallEvent } from "#shared/call/events.ts";
import type { CallDocument, CallHead } from "#server/calls/call-document.ts";
import { type CallInput, liveAttempt, statusOf } from "#server/calls/state/call-state.ts";
import type { Step } from "#server/calls/state/step.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import { isFinal } from "#shared/call/status.ts";

/** A call has three attempts; those that our own account could not make do not count, and are as many as the outage is long. */
const MAX_DIAL_RECEIPTS = 20;

/** Who moves a call gives its place in the line up, and takes a new one when it comes due. */
export const placeAfterMove = ({ state }: Step, nowMs: number): Pick<CallHead, "queuedAt"> => ({
  queuedAt: state.phase === "queued" ? new Date(nowMs) : null,
});

/** An attempt that starts brings its receipt. */
export function receiptsAfter(
  before: CallDocument["dialReceipts"],
  input: CallInput,
): Pick<CallHead, "dialReceipts"> {
  if (input.kind !== "claimed") return {};
  const receipt = { attemptId: input.attempt.attemptId, ...input.receipt };
  return { dialReceipts: [...(before ?? []), receipt].slice(-MAX_DIAL_RECEIPTS) };
}

/** As paths, so that usage only grows, whoever writes last. */
export const usageFields = (usage: VoiceTotals) =>
  Object.fromEntries(Object.entries(usage).map(([name, amount]) => [`usage.${name}`, amount]));

/** The fields that a write has to name: the rest is as it was read, or the write meets no such revision. */
export function changed(before: CallHead, after: CallHead): Partial<CallHead> {
  const fields: Partial<CallHead> = { ...after };
  for (const name of Object.keys(before) as (keyof CallHead)[]) {
    if (before[name] === after[name]) delete fields[name];
  }
  return fields;
}

/** The fields of the document that mirror its state, for indexes and lists. */
export function headOf(call: CallHead, { state }: Step, nowMs: number): Partial<CallHead> {
  const status = statusOf(state);
  const waits = state.phase === "queued";
  const inLineAt = call.status === "queued" ? call.inLineAt : null;
  return {
    state,
    status,
    livePersonKey: liveAttempt(state) === null ? null : call.personKey,
    queuedAt: waits ? (call.queuedAt ?? new Date(nowMs)) : call.queuedAt,
    inLineAt: waits ? (inLineAt ?? new Date(nowMs)) : null,
    dueAt: state.phase === "scheduled" ? new Date(state.dueAt) : null,
    endedAt: isFinal(status) ? (call.endedAt ?? new Date(nowMs)) : null,
  };
}

/** What people put into the journal for the owner of the call to do. */
export const isOrder = (type: CallEvent["type"]): boolean =>
  type === "steer.whispered" || type === "steer.said" || type === "holder.changed";

/** What the head says of orders to the agent, when there are new ones. */
export function steersAfter(events: readonly CallEvent[]): Pick<CallHead, "steerSeq" | "steeredAt"> {
  const newest = events.findLast(({ type }) => isOrder(type));
  return newest === undefined ? {} : { steerSeq: newest.seq, steeredAt: new Date(newest.at) };
}
