import type { Caller } from "#server/accounts/caller.ts";
import type { Analyst } from "#server/analyst/analyst.ts";
import { NO_CONSENT } from "#server/compliance/consents.ts";
import { firstClassification } from "#server/leads/classify.ts";
import { correctLead, type LeadCorrection } from "#server/leads/correct-lead.ts";
import { decideConsent, type ConsentParts, type RequestMeta } from "#server/leads/lead-consent.ts";
import { leadModel, type LeadDocument } from "#server/leads/lead-store.ts";
import { createRefiner } from "#server/leads/refine-lead.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { newId } from "#server/lib/ids.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { Category, Classification, Lead, Urgency } from "#shared/lead.ts";
import { trusted, type Connection, type Model } from "mongoose";

/** What a consumer asks for; parsed by the contract's `lead.submit`. */
export type LeadRequest = {
  description: string;
  category?: Category | undefined;
  postalCode: string;
  timeZone: string;
  urgency?: Urgency | undefined;
  budgetCents?: number | undefined;
};

/** What matching and a business's inbox know about a lead. */
export type MatchableLead = Classification & {
  leadId: string;
  consumerId: string;
  consumerName: string;
  description: string;
  category: Category;
  urgency: Urgency;
  postalCode: string;
  timeZone: string;
  budgetCents: number | null;
  status: "open" | "closed";
  createdAt: Date;
};

/** What a call needs of its lead; the phone number comes from accounts. */
type LeadForCall = {
  leadId: string;
  consumerId: string;
  consumerName: string;
  description: string;
  category: Category;
  summary: string;
  timeZone: string;
  postalCode: string;
  status: "open" | "closed";
};

type ConsentRequest = { leadId: string; businessIds: string[] };

export type Leads = {
  /** Stores the lead before anybody is asked about it, then sorts it. */
  submit(caller: Caller, request: LeadRequest): Promise<MatchableLead>;
  /** The caller's own, newest first, at most 100. */
  list(caller: Caller): Promise<Lead[]>;
  /** @throws Failure NOT_FOUND */
  get(caller: Caller, leadId: string): Promise<Lead>;
  /** New words are classified anew. @throws Failure NOT_FOUND, NOT_POSSIBLE for a closed lead */
  correct(caller: Caller, correction: LeadCorrection): Promise<MatchableLead>;
  /** Again it changes nothing. @throws Failure NOT_FOUND */
  close(caller: Caller, leadId: string): Promise<Lead>;
  /** @throws Failure NOT_FOUND for unknown and foreign ids alike */
  ofConsumer(caller: Caller, leadId: string): Promise<MatchableLead>;
  /** Consent for each named business, all of which must be matched. @throws Failure NOT_FOUND and then nothing is stored */
  grantConsent(
    caller: Caller,
    request: ConsentRequest & { aiCalls: true; recording: boolean },
    meta: RequestMeta,
  ): Promise<{ granted: number }>;
  /** Takes both consents back. @throws Failure NOT_FOUND */
  revokeConsent(caller: Caller, request: ConsentRequest, meta: RequestMeta): Promise<{ revoked: number }>;
  /** For calls that are asked for. Null for an unknown id and for a closed lead. */
  forCall(leadId: string): Promise<LeadForCall | null>;
  /** For matching, which knows who may see them. Unknown ids are left out. */
  byIds(leadIds: string[]): Promise<MatchableLead[]>;
  /** Open leads of these kinds that are younger than `maxAgeMs`, newest first. */
  openIn(categories: Category[], maxAgeMs: number, limit: number): Promise<MatchableLead[]>;
  /** Resolves when no late answer of the analyst is on its way any more; for shutdown and tests. */
  idle(): Promise<void>;
};

export type LeadsParts = ConsentParts & {
  db: Connection;
  clock: Clock;
  logger: Logger;
  analyst: Pick<Analyst, "classifyLead">;
  /** Both sides of these leads are told that something changed; call it after it was stored. */
  announce(leadIds: string[]): void;
  /** How long `submit` waits for the analyst when no category was given. */
  analystLimitMs?: number;
};

const MAX_LISTED = 100;
const ANALYST_LIMIT_MS = 2000;

export function createLeads(parts: LeadsParts): Leads {
  const { db, clock, logger, analyst, analystLimitMs = ANALYST_LIMIT_MS } = parts;
  const leads = leadModel(db);
  const refiner = createRefiner({ leads, analyst, clock, logger, analystLimitMs });

  return {
    async submit(caller, request) {
      const first = firstClassification(request);
      const lead: LeadDocument = { ...newLead(caller, request, new Date(clock.nowMs())), ...first };
      await leads.insertOne(lead);
      const stored = { leadId: lead._id, consumerId: lead.consumerId, postalCode: lead.postalCode };
      return matchable({ ...lead, ...(await refiner.refine(stored, request, first)) });
    },
    async list(caller) {
      const own = { consumerId: caller.accountId };
      const found = await leads.find(own).sort({ _id: -1 }).limit(MAX_LISTED).lean();
      return found.map(forConsumer);
    },
    ofConsumer,
    async get(caller, leadId) {
      return forConsumer(await ownLead(caller, leadId));
    },
    async correct(caller, correction) {
      await correctLead(caller, correction, { leads, refiner });
      return ofConsumer(caller, correction.leadId);
    },
    async close(caller, leadId) {
      await leads.updateOne({ _id: leadId, consumerId: caller.accountId }, { $set: { status: "closed" } });
      const closed = forConsumer(await ownLead(caller, leadId));
      parts.announce([leadId]);
      return closed;
    },
    async grantConsent(caller, { leadId, businessIds, aiCalls, recording }, meta) {
      const lead = await ofConsumer(caller, leadId);
      const wanted = { aiCalls, recording };
      const granted = await decideConsent(parts, lead, businessIds, wanted, meta);
      parts.announce([leadId]);
      return { granted };
    },
    async revokeConsent(caller, { leadId, businessIds }, meta) {
      const lead = await ofConsumer(caller, leadId);
      const revoked = await decideConsent(parts, lead, businessIds, NO_CONSENT, meta);
      parts.announce([leadId]);
      return { revoked };
    },
    ...lookups(parts, leads),
    idle: () => refiner.idle(),
  };

  async function ofConsumer(caller: Caller, leadId: string): Promise<MatchableLead> {
    return matchable(await ownLead(caller, leadId));
  }

  async function ownLead(caller: Caller, leadId: string): Promise<LeadDocument> {
    const lead = await leads.findOne({ _id: leadId, consumerId: caller.accountId }).lean();
    if (lead === null) throw new Failure("NOT_FOUND");
    return lead;
  }
}

/** For other features, which know who may see what. */
function lookups(
  { clock }: LeadsParts,
  leads: Model<LeadDocument>,
): Pick<Leads, "forCall" | "byIds" | "openIn"> {
  return {
    async forCall(leadId) {
      const lead = await leads.findOne({ _id: leadId, status: "open" }).lean();
      return lead === null ? null : callFacts(lead);
    },
    async byIds(leadIds) {
      return (await leads.find({ _id: trusted({ $in: leadIds }) }).lean()).map(matchable);
    },
    async openIn(categories, maxAgeMs, limit) {
      const since = new Date(clock.nowMs() - maxAgeMs);
      const fitting = { category: trusted({ $in: categories }), createdAt: trusted({ $gt: since }) };
      const query = leads.find({ status: "open", ...fitting });
      return (await query.sort({ createdAt: -1 }).limit(limit).lean()).map(matchable);
    },
  };
}

function newLead(caller: Caller, request: LeadRequest, createdAt: Date) {
  const { description, postalCode, timeZone, budgetCents } = request;
  return {
    _id: newId("lead"),
    consumerId: caller.accountId,
    consumerName: caller.name,
    description,
    postalCode,
    timeZone,
    budgetCents: budgetCents ?? null,
    status: "open" as const,
    createdAt,
  };
}

function forConsumer(lead: LeadDocument): Lead {
  const { _id: leadId, description, category, urgency, postalCode, timeZone, budgetCents, status } = lead;
  const createdAt = lead.createdAt.toISOString();
  const said = { leadId, description, category, urgency, postalCode, timeZone, budgetCents };
  return { ...said, status, createdAt, ...classificationOf(lead) };
}

export const classificationOf = ({
  summary,
  keywords,
  openQuestions,
  classifiedBy,
  confidence,
}: Classification): Classification => ({ summary, keywords, openQuestions, classifiedBy, confidence });

function matchable(lead: LeadDocument): MatchableLead {
  const { _id: leadId, consumerId, consumerName, description, category, urgency } = lead;
  const { postalCode, timeZone, budgetCents, status, createdAt } = lead;
  const who = { leadId, consumerId, consumerName };
  const said = { description, category, urgency, postalCode, timeZone, budgetCents };
  return { ...who, ...said, status, createdAt, ...classificationOf(lead) };
}

function callFacts(lead: LeadDocument): LeadForCall {
  const { _id: leadId, consumerId, consumerName, description, category, summary } = lead;
  const { timeZone, postalCode, status } = lead;
  const who = { leadId, consumerId, consumerName };
  return { ...who, description, category, summary, timeZone, postalCode, status };
}
