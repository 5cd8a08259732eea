import { applyCallEvent } from "#shared/call/fold.ts";
import type { CallEvent } from "#shared/call/events.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { type CallView, EMPTY_CALL_VIEW } from "#shared/call/view.ts";

/** The row of a call as its view says it. */
export function summaryOf(view: CallView): CallSummary {
  const last = view.transcript.at(-1);
  return {
    callId: view.callId,
    seq: view.seq,
    status: view.status,
    businessName: view.businessName,
    consumerName: view.consumerName,
    consumerPhone: view.consumerPhone,
    objective: view.objective,
    attemptNumber: view.attempts.at(-1)?.attemptNumber ?? 0,
    requestedAt: view.requestedAt ?? "",
    scheduledFor: view.scheduledFor,
    answeredAt: view.answeredAt,
    endedAt: view.endedAt,
    outcome: view.outcome,
    lastLine: last === undefined ? null : { speaker: last.speaker, text: last.heardText ?? last.text },
    lastFlag: view.flags.at(-1)?.reason ?? null,
    lastLatencyMs: view.turnLatenciesMs.at(-1) ?? null,
    totalCents: view.cost?.totalCents ?? null,
  };
}

/**
 * Moves a row on without the whole journal: the few fields of the row go through the same fold, on a view that holds only them.
 * Equal to `summaryOf(foldCall(all events))` (property test), but that the last line is the one stored last, not the one spoken last.
 */
export function applyToSummary(row: CallSummary, events: readonly CallEvent[]): CallSummary {
  const thin: CallView = {
    ...EMPTY_CALL_VIEW,
    callId: row.callId,
    seq: row.seq,
    status: row.status,
    businessName: row.businessName,
    consumerName: row.consumerName,
    consumerPhone: row.consumerPhone,
    objective: row.objective,
    requestedAt: row.requestedAt,
    scheduledFor: row.scheduledFor,
    answeredAt: row.answeredAt,
    endedAt: row.endedAt,
  };
  const moved = summaryOf(events.reduce(applyCallEvent, thin));
  return {
    ...moved,
    attemptNumber: moved.attemptNumber || row.attemptNumber,
    outcome: moved.outcome ?? row.outcome,
    lastLine: moved.lastLine ?? row.lastLine,
    lastFlag: moved.lastFlag ?? row.lastFlag,
    lastLatencyMs: moved.lastLatencyMs ?? row.lastLatencyMs,
    totalCents: moved.totalCents ?? row.totalCents,
  };
}
