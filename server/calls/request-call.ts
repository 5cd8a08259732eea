import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import type { Caller } from "#server/accounts/caller.ts";
import type { CallBriefing, CallDocument } from "#server/calls/call-document.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import type { CallState } from "#server/calls/state/call-state.ts";
import { statusOf } from "#server/calls/state/call-state.ts";
import type { ConsentState } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import { mayDial } from "#server/compliance/may-dial.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { newId } from "#server/lib/ids.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { BusinessProfile } from "#shared/business.ts";
import type { Actor, CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import { summaryOf } from "#shared/call/summary-fold.ts";
import type { MatchStatus } from "#shared/lead.ts";

const REQUESTS_PER_HOUR = 10;
const HOUR_MS = 3_600_000;
/** A call further away than this is a mistake, not a plan. */
const MAX_AHEAD_MS = 60 * 24 * HOUR_MS;
/** The instant a person picked may pass while they read the page. */
const PAST_GRACE_MS = 60_000;

export type CallRequest = { leadId: string; objective: string; scheduledTime?: string | undefined };

/** What a request has to look up; each is one question to another feature. */
export type CallParties = {
  businessById(businessId: string): Promise<BusinessProfile | null>;
  leadForCall(leadId: string): Promise<{
    consumerId: string;
    consumerName: string;
    category: string;
    description: string;
    timeZone: string;
  } | null>;
  matchFor(leadId: string, businessId: string): Promise<{ status: MatchStatus } | null>;
  phoneOf(accountId: string): Promise<{ e164: string; phoneKey: string; masked: string } | null>;
  consentFor(leadId: string, businessId: string): Promise<ConsentState>;
  isSuppressed(phoneKey: string): Promise<boolean>;
};

type Deps = { parties: CallParties; seals: Seals; clock: Clock; quietHours: QuietHours };

/** Every check of a business's request but the limit, in the order of the contract, each with its own code [CL1]; then the new call, not stored yet. */
export async function prepareCall(caller: Caller, request: CallRequest, deps: Deps): Promise<CallDocument> {
  const { parties, clock } = deps;
  const business = caller.businessId === null ? null : await parties.businessById(caller.businessId);
  if (business === null || !business.complete) throw new Failure("PROFILE_MISSING");
  const lead = await parties.leadForCall(request.leadId);
  if (lead === null) throw new Failure("NOT_FOUND");
  const match = await parties.matchFor(request.leadId, business.businessId);
  if (match === null) throw new Failure("NOT_MATCHED");
  if (match.status !== "interested") throw new Failure("MATCH_NOT_INTERESTED");
  const phone = await parties.phoneOf(lead.consumerId);
  if (phone === null) throw new Failure("PHONE_MISSING");
  const dueAt = await instantFor(request, business.businessId, lead.timeZone, phone.phoneKey, deps);
  const briefing = briefingOf(business, lead, request.objective);
  const ids = { businessId: business.businessId, leadId: request.leadId, consumerId: lead.consumerId };
  return newCall({ ids, briefing, phone, dueAt, by: personOf(caller), nowMs: clock.nowMs() }, deps.seals);
}

/**
 * Runs `store` within the business's limit of requests. Refused requests, and those that could not be stored, do not count.
 * @throws Failure RATE_LIMITED
 */
export async function withinRequestLimit(
  businessId: string,
  limits: Limits,
  store: () => Promise<void>,
): Promise<void> {
  const limit = { who: businessId, action: "requestAICall" };
  const place = await limits.take({ ...limit, max: REQUESTS_PER_HOUR, windowMs: HOUR_MS });
  if (!place.ok) throw new Failure("RATE_LIMITED", { retryAfterSeconds: place.retryAfterSeconds });
  try {
    await store();
  } catch (error) {
    await limits.giveBack({ ...limit, hitId: place.hitId });
    throw error;
  }
}

type DueAt = { at: number; why: "booked" | "quiet_hours" } | null;

/** When the call may and shall be made; null = now. Uses the gate of the dial itself, so that both can't disagree. */
async function instantFor(
  request: CallRequest,
  businessId: string,
  timeZone: string,
  phoneKey: string,
  { parties, clock, quietHours }: Deps,
): Promise<DueAt> {
  const nowMs = clock.nowMs();
  const wanted = request.scheduledTime === undefined ? null : Date.parse(request.scheduledTime);
  if (wanted !== null && (wanted < nowMs - PAST_GRACE_MS || wanted > nowMs + MAX_AHEAD_MS)) {
    throw new Failure("BAD_TIME");
  }
  const verdict = mayDial({
    nowMs: Math.max(nowMs, wanted ?? nowMs),
    timeZone,
    quietHours,
    suppressed: await parties.isSuppressed(phoneKey),
    aiConsent: (await parties.consentFor(request.leadId, businessId)).aiCalls,
    attemptsLast24h: 0,
    maxAttemptsPer24h: 1,
  });
  if (verdict.kind === "deny") throw new Failure(verdict.code);
  if (verdict.kind === "allow")
    return wanted === null || wanted <= nowMs ? null : { at: wanted, why: "booked" };
  if (wanted !== null) throw new Failure("OUTSIDE_CALLING_HOURS", { allowedFrom: verdict.at.toISOString() });
  return { at: verdict.at.getTime(), why: "quiet_hours" };
}

function briefingOf(
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
  const { ids, briefing, phone, dueAt, by, nowMs, followUpOf = null } = call;
  const callId = newId("call");
  const now = new Date(nowMs);
  const state: CallState =
    dueAt === null
      ? { phase: "queued", attemptsMade: 0 }
      : { phase: "scheduled", dueAt: dueAt.at, attemptsMade: 0 };
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
    dueAt: dueAt === null ? null : new Date(dueAt.at),
    endedAt: null,
    phone: seals.seal(phone.e164, phonePlace(callId)),
    personKey: phone.phoneKey,
    livePersonKey: null,
    briefing,
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
  };
  const waits: NewCallEvent =
    dueAt === null
      ? { type: "call.queued" }
      : { type: "call.scheduled", scheduledFor: new Date(dueAt.at).toISOString(), why: dueAt.why };
  const at = new Date(nowMs).toISOString();
  return [requested, waits].map((event, index) => ({ ...event, seq: index + 1, at }));
}
