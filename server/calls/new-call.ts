import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import type { Caller } from "#server/accounts/caller.ts";
import type { CallBriefing, CallDocument } from "#server/calls/call-document.ts";
import { newCodeWords } from "#server/calls/code-words.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import type { CallState } from "#server/calls/state/call-state.ts";
import { statusOf } from "#server/calls/state/call-state.ts";
import { newId } from "#server/lib/ids.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { BusinessProfile } from "#shared/business.ts";
import type { Actor, CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { summaryOf } from "#shared/call/summary-fold.ts";

/** When a call is to be made; null = now. */
export type DueAt = { at: number; why: "booked" | "quiet_hours" } | null;

/** What the agent may know of the people and the matter. */
export function briefingOf(
  business: BusinessProfile,
  lead: { consumerName: string; category: string; description: string; timeZone: string },
  objective: string,
): CallBriefing {
  return {
    businessName: business.name,
    legalName: business.legalName,
    voice: business.voice,
    callbackNumber: business.voicemail.kind === "leave_message" ? business.voicemail.callbackNumber : null,
    consumerName: lead.consumerName,
    category: lead.category,
    need: lead.description,
    objective,
    timeZone: lead.timeZone,
  };
}

export const personOf = (caller: Caller): Actor => ({
  kind: "person",
  accountId: caller.accountId,
  name: caller.name,
  role: caller.role,
});

type NewCall = {
  ids: { businessId: string; leadId: string; consumerId: string };
  briefing: CallBriefing;
  phone: { e164: string; phoneKey: string; masked: string };
  dueAt: DueAt;
  by: Actor;
  nowMs: number;
  /** The call in which the person asked for this one. */
  followUpOf?: string;
};

/** The document of a call that was just asked for, with its first two journal events. */
export function newCall(call: NewCall, seals: Seals): CallDocument {
  const { ids, phone, dueAt, by, nowMs, followUpOf = null } = call;
  const briefing = { ...call.briefing, codeWords: newCodeWords() };
  const callId = newId("call");
  const now = new Date(nowMs);
  const state: CallState =
    dueAt === null
      ? { phase: "queued", attemptsMade: 0 }
      : {
          phase: "scheduled",
          dueAt: dueAt.at,
          attemptsMade: 0,
          ...(dueAt.why === "booked" && { booked: true }),
        };
  const journal = firstEvents(callId, { ids, briefing, phone, dueAt, by, nowMs });
  return {
    _id: callId,
    revision: 0,
    seq: journal.length,
    status: statusOf(state),
    state,
    epoch: 0,
    owner: null,
    beat: 0,
    ...ids,
    followUpOf,
    requestedAt: now,
    queuedAt: dueAt === null ? now : null,
    inLineAt: dueAt === null ? now : null,
    dueAt: dueAt === null ? null : new Date(dueAt.at),
    endedAt: null,
    phone: seals.seal(phone.e164, phonePlace(callId)),
    personKey: phone.phoneKey,
    livePersonKey: null,
    briefing,
    optedOut: false,
    summary: summaryOf(foldCall(journal)),
    usage: NO_VOICE_TOTALS,
    carrierCalls: [],
    settleDueAt: null,
    settleTries: 0,
    lastRecordId: null,
    draft: null,
    journal,
  };
}

function firstEvents(callId: string, { ids, briefing, phone, dueAt, by, nowMs }: NewCall): CallEvent[] {
  const requested: NewCallEvent = {
    type: "call.requested",
    callId,
    businessId: ids.businessId,
    businessName: briefing.businessName,
    leadId: ids.leadId,
    consumerName: briefing.consumerName,
    consumerPhone: phone.masked,
    objective: briefing.objective,
    requestedBy: by,
    ...(briefing.codeWords !== undefined && { codeWords: briefing.codeWords }),
  };
  const waits: NewCallEvent =
    dueAt === null
      ? { type: "call.queued" }
      : { type: "call.scheduled", scheduledFor: new Date(dueAt.at).toISOString(), why: dueAt.why };
  const at = new Date(nowMs).toISOString();
  return [requested, waits].map((event, index) => ({ ...event, seq: index + 1, at }));
}
