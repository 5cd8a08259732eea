import type { Caller } from "#server/accounts/caller.ts";
import type { CallDocument } from "#server/calls/call-document.ts";
import { briefingOf, type DueAt, newCall, personOf } from "#server/calls/new-call.ts";
import { type CalleePlace, calleePlaces } from "#server/compliance/callee-places.ts";
import type { ConsentState } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import { mayDial } from "#server/compliance/may-dial.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { BusinessProfile } from "#shared/business.ts";
import type { MatchStatus } from "#shared/lead.ts";

export const HOUR_MS = 3_600_000;
/** Accepted requests in any hour: of a business for calls, of a consumer for callbacks. */
export const REQUEST_LIMITS = { requestAICall: 10, requestCallback: 5 } as const;
/** A call further away than this is a mistake, not a plan. */
const MAX_AHEAD_MS = 60 * 24 * HOUR_MS;
/** The instant a person picked may pass while they read the page. */
const PAST_GRACE_MS = 60_000;

export type CallRequest = { leadId: string; objective: string; scheduledTime?: string | undefined };
export type CallbackRequest = {
  leadId: string;
  businessId: string;
  /** A slot that the consumer holds; its instant is the time. */
  holdId?: string | undefined;
  preferredTime?: string | undefined;
  objective?: string | undefined;
};

type LeadForCall = {
  consumerId: string;
  consumerName: string;
  category: string;
  description: string;
  timeZone: string;
  postalCode: string;
};
type Phone = { e164: string; phoneKey: string; masked: string };

/** What a request has to look up; each is one question to another feature. */
export type CallParties = {
  businessById(businessId: string): Promise<BusinessProfile | null>;
  leadForCall(leadId: string): Promise<LeadForCall | null>;
  matchFor(leadId: string, businessId: string): Promise<{ status: MatchStatus } | null>;
  phoneOf(accountId: string): Promise<Phone | null>;
  consentFor(leadId: string, businessId: string): Promise<ConsentState>;
  isSuppressed(phoneKey: string): Promise<boolean>;
};

export type InstantDeps = {
  parties: Pick<CallParties, "isSuppressed">;
  clock: Clock;
  quietHours: QuietHours;
};
export type PrepareDeps = { parties: CallParties; seals: Seals; clock: Clock; quietHours: QuietHours };

/** Every check of a business's request but the limit, in the order of the contract, each with its own code [CL1]; then the new call, not stored yet. */
export async function prepareCall(
  caller: Caller,
  request: CallRequest,
  deps: PrepareDeps,
): Promise<CallDocument> {
  const { parties } = deps;
  const business = await requireBusiness(caller, parties);
  const lead = await parties.leadForCall(request.leadId);
  if (lead === null) throw new Failure("NOT_FOUND");
  await requireInterest(request.leadId, business.businessId, parties);
  const phone = await requirePhone(lead.consumerId, parties);
  const { leadId, objective, scheduledTime: time } = request;
  const consent = async () => (await parties.consentFor(leadId, business.businessId)).aiCalls;
  return callTo({ caller, business, lead, leadId, phone, objective, time, consent }, deps);
}

/** The same for a consumer who asks to be called [CL250]. The request is itself the consent to this call, which its receipt says [CL251]. */
export async function prepareCallback(
  caller: Caller,
  request: CallbackRequest,
  deps: PrepareDeps,
): Promise<CallDocument> {
  const { parties } = deps;
  const { leadId, businessId, preferredTime: time } = request;
  const lead = await parties.leadForCall(leadId);
  if (lead === null || lead.consumerId !== caller.accountId) throw new Failure("NOT_FOUND");
  const phone = await requirePhone(lead.consumerId, parties);
  const business = await parties.businessById(businessId);
  if (business === null) throw new Failure("NOT_MATCHED");
  await requireInterest(leadId, businessId, parties);
  const objective = request.objective ?? callbackObjective(lead.category);
  const consent = async () => true;
  return callTo({ caller, business, lead, leadId, phone, objective, time, consent }, deps);
}

/** What the agent is to do when the consumer named nothing. */
const callbackObjective = (category: string) =>
  `Call consumer to discuss their ${category === "other" ? "service" : category} needs and schedule a consultation`;

export async function requireBusiness(caller: Caller, parties: CallParties): Promise<BusinessProfile> {
  const business = caller.businessId === null ? null : await parties.businessById(caller.businessId);
  if (business === null || !business.complete) throw new Failure("PROFILE_MISSING");
  return business;
}

export async function requireMatch(leadId: string, businessId: string, parties: CallParties) {
  const match = await parties.matchFor(leadId, businessId);
  if (match === null) throw new Failure("NOT_MATCHED");
  return match;
}

async function requireInterest(leadId: string, businessId: string, parties: CallParties): Promise<void> {
  const match = await requireMatch(leadId, businessId, parties);
  if (match.status !== "interested") throw new Failure("MATCH_NOT_INTERESTED");
}

export async function requirePhone(consumerId: string, parties: CallParties): Promise<Phone> {
  const phone = await parties.phoneOf(consumerId);
  if (phone === null) throw new Failure("PHONE_MISSING");
  return phone;
}

type Wish = {
  caller: Caller;
  business: BusinessProfile;
  lead: LeadForCall;
  leadId: string;
  phone: Phone;
  objective: string;
  time: string | undefined;
  /** Whether an AI may call for this business. */
  consent(): Promise<boolean>;
};

/** The part of both requests: time, consent, suppression and hours; then the document. */
async function callTo(wish: Wish, deps: PrepareDeps): Promise<CallDocument> {
  const { caller, business, lead, leadId, phone, objective } = wish;
  const places = await calleePlaces({ ...lead, e164: phone.e164 });
  const dueAt = await instantFor({ ...wish, places, phoneKey: phone.phoneKey }, deps);
  const briefing = { ...briefingOf(business, lead, objective), places };
  const ids = { businessId: business.businessId, leadId, consumerId: lead.consumerId };
  const nowMs = deps.clock.nowMs();
  return newCall({ ids, briefing, phone, dueAt, by: personOf(caller), nowMs }, deps.seals);
}

/**
 * Runs `store` within the limit of requests of whoever asks. Refused requests, and those that could not be stored, do not count.
 * @throws Failure RATE_LIMITED
 */
export async function withinRequestLimit(
  limit: { who: string; action: keyof typeof REQUEST_LIMITS },
  limits: Limits,
  store: () => Promise<void>,
): Promise<void> {
  const place = await limits.take({ ...limit, max: REQUEST_LIMITS[limit.action], windowMs: HOUR_MS });
  if (!place.ok) throw new Failure("RATE_LIMITED", { retryAfterSeconds: place.retryAfterSeconds });
  try {
    await store();
  } catch (error) {
    await limits.giveBack({ ...limit, hitId: place.hitId });
    throw error;
  }
}

/**
 * When a call may and shall be made; null = now. Uses the gate of the dial itself, so that both can't disagree.
 * @throws Failure BAD_TIME, CONSENT_MISSING, SUPPRESSED, OUTSIDE_CALLING_HOURS
 */
export async function instantFor(
  wish: Pick<Wish, "time" | "consent"> & { places: CalleePlace[]; phoneKey: string },
  { parties, clock, quietHours }: InstantDeps,
): Promise<DueAt> {
  const nowMs = clock.nowMs();
  const wanted = wish.time === undefined ? null : Date.parse(wish.time);
  if (wanted !== null && (wanted < nowMs - PAST_GRACE_MS || wanted > nowMs + MAX_AHEAD_MS)) {
    throw new Failure("BAD_TIME");
  }
  const verdict = mayDial({
    nowMs: Math.max(nowMs, wanted ?? nowMs),
    places: wish.places,
    quietHours,
    suppressed: await parties.isSuppressed(wish.phoneKey),
    aiConsent: await wish.consent(),
    attemptsLast24h: 0,
    maxAttemptsPer24h: 1,
  });
  if (verdict.kind === "deny") throw new Failure(verdict.code);
  if (verdict.kind === "allow")
    return wanted === null || wanted <= nowMs ? null : { at: wanted, why: "booked" };
  if (wanted !== null) throw new Failure("OUTSIDE_CALLING_HOURS", { allowedFrom: verdict.at.toISOString() });
  return { at: verdict.at.getTime(), why: "quiet_hours" };
}
