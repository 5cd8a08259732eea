import { applyCallEvent } from "#shared/call/fold.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { applyHelpSignals, NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { type CallView, EMPTY_CALL_VIEW } from "#shared/call/view.ts";

/** The row of a call as its view says it; `signals` are no part of the view. */
export function summaryOf(view: CallView, signals = NO_HELP_SIGNALS): CallSummary {
  const last = view.transcript.at(-1);
  return {
    callId: view.callId,
    seq: view.seq,
    status: view.status,
    businessId: view.businessId,
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
    signals,
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
    // A row of before has neither this nor signals.
    businessId: row.businessId ?? "",
    businessName: row.businessName,
    consumerName: row.consumerName,
    consumerPhone: row.consumerPhone,
    objective: row.objective,
    requestedAt: row.requestedAt,
    scheduledFor: row.scheduledFor,
    answeredAt: row.answeredAt,
    endedAt: row.endedAt,
  };
  const fresh = events.filter((event) => event.seq > row.seq);
  const signals = fresh.reduce(applyHelpSignals, row.signals ?? NO_HELP_SIGNALS);
  const moved = summaryOf(fresh.reduce(applyCallEvent, thin), signals);
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
