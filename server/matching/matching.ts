import type { Caller } from "#server/accounts/caller.ts";
import { NO_CONSENT, type ConsentState, type Consents } from "#server/compliance/consents.ts";
import { classificationOf, type Leads, type MatchableLead } from "#server/leads/leads.ts";
import { Failure } from "#server/lib/failure.ts";
import type { MarketNews } from "#server/matching/market-news.ts";
import type { MatchStore, NewMatch, StoredMatch } from "#server/matching/match-store.ts";
import { scoreMatch } from "#server/matching/score.ts";
import type { BusinessProfile } from "#shared/business.ts";
import type { BusinessLead, Category, ConsumerMatch, MatchStatus } from "#shared/lead.ts";

export type Matching = {
  /** Scores the businesses that serve the lead, stores the best 20, and returns them as the consumer sees them. Repeating it is harmless. */
  matchLead(lead: MatchableLead): Promise<ConsumerMatch[]>;
  /** After a correction: also takes the lead back from businesses that do not fit any more, neither answered nor were given consent. */
  rematchLead(lead: MatchableLead): Promise<ConsumerMatch[]>;
  /** Offers open leads to a business whose profile was saved; at most 50. Returns how many fit. */
  matchBusiness(businessId: string): Promise<number>;
  /** Best first. @throws Failure NOT_FOUND for unknown and foreign leads alike */
  matchesOfLead(caller: Caller, leadId: string): Promise<ConsumerMatch[]>;
  /** The inbox of the caller's business: open leads, newest match first, at most 100. */
  leadsOfBusiness(caller: Caller): Promise<BusinessLead[]>;
  /** A later answer replaces an earlier one. @throws Failure PROFILE_MISSING, NOT_FOUND (unknown lead), NOT_MATCHED */
  respond(caller: Caller, answer: MatchAnswer): Promise<{ leadId: string; status: MatchStatus }>;
  matchFor(leadId: string, businessId: string): Promise<{ status: MatchStatus; score: number } | null>;
};

type MatchAnswer = { leadId: string; response: "interested" | "declined" };

export type MatchingParts = {
  matches: MatchStore;
  /** Both sides of these leads are told that something changed. */
  announce: MarketNews["announce"];
  leads: Pick<Leads, "ofConsumer" | "byIds" | "openIn">;
  consents: Pick<Consents, "consentsOfLead" | "consentsOfBusiness">;
  /** Businesses that offer the category where the lead is; scored and filtered again here. */
  findServing: (lead: { category: Category; postalCode: string }) => Promise<BusinessProfile[]>;
  businessById: (businessId: string) => Promise<BusinessProfile | null>;
  /** Like "•••• 0123"; null while no number is proven. */
  maskedPhoneOf: (accountId: string) => Promise<string | null>;
};

const MAX_PER_LEAD = 20;
const MAX_NEW_PER_BUSINESS = 50;
const MAX_OPEN_LEADS_READ = 200;
const MAX_INBOX = 100;
const OPEN_LEAD_AGE_MS = 30 * 24 * 3_600_000;

export function createMatching(parts: MatchingParts): Matching {
  const { matches, leads, consents } = parts;

  return {
    matchLead,
    async rematchLead(lead) {
      const offered = await offer(parts, lead);
      const allowed = (await consents.consentsOfLead(lead.leadId)).keys();
      await matches.dropPending(lead.leadId, [...offered, ...allowed]);
      parts.announce([lead.leadId]);
      return consumerMatches(parts, lead.leadId);
    },
    matchBusiness: (businessId) => matchBusiness(parts, businessId),
    async matchesOfLead(caller, leadId) {
      const lead = await leads.ofConsumer(caller, leadId);
      const stored = await consumerMatches(parts, leadId);
      const neverMatched = stored.length === 0 && lead.status === "open";
      return neverMatched ? matchLead(lead) : stored;
    },
    async leadsOfBusiness({ businessId }) {
      return businessId === null ? [] : inboxOf(parts, businessId);
    },
    async respond({ businessId }, { leadId, response }) {
      const profile = businessId === null ? null : await parts.businessById(businessId);
      if (profile === null || !profile.complete) throw new Failure("PROFILE_MISSING");
      const answered = await matches.answer(leadId, profile.businessId, response);
      if (answered) {
        parts.announce([leadId]);
        return { leadId, status: response };
      }
      const [known] = await leads.byIds([leadId]);
      throw new Failure(known === undefined ? "NOT_FOUND" : "NOT_MATCHED");
    },
    async matchFor(leadId, businessId) {
      const match = await matches.find(leadId, businessId);
      return match === null ? null : { status: match.status, score: match.score };
    },
  };

  async function matchLead(lead: MatchableLead): Promise<ConsumerMatch[]> {
    await offer(parts, lead);
    parts.announce([lead.leadId]);
    return consumerMatches(parts, lead.leadId);
  }
}

/** Stores the best matches and says whose they are. */
async function offer({ findServing, matches }: MatchingParts, lead: MatchableLead): Promise<string[]> {
  const candidates = await findServing(lead);
  const fitting = candidates
    .filter((business) => business.complete)
    .map((business) => scored(lead, business));
  const chosen = best(fitting, MAX_PER_LEAD);
  await matches.save(chosen);
  return chosen.map(({ businessId }) => businessId);
}

async function consumerMatches(parts: MatchingParts, leadId: string): Promise<ConsumerMatch[]> {
  const { matches, consents } = parts;
  const [stored, consent] = await Promise.all([
    matches.ofLead(leadId, MAX_PER_LEAD),
    consents.consentsOfLead(leadId),
  ]);
  const businesses = await Promise.all(stored.map((match) => parts.businessById(match.businessId)));
  return stored.flatMap(({ businessId, score, reasons, status }, index) => {
    const business = businesses[index] ?? null;
    if (business === null) return [];
    const granted = consent.get(businessId) ?? NO_CONSENT;
    const { name: businessName, legalName } = business;
    return [{ businessId, businessName, legalName, score, reasons, status, consent: granted }];
  });
}

function scored(lead: MatchableLead, business: BusinessProfile): NewMatch {
  return { leadId: lead.leadId, businessId: business.businessId, ...scoreMatch(lead, business) };
}

const best = (found: NewMatch[], limit: number) =>
  found
    .filter((match) => match.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit);

/** A lead that has its 20 businesses is not offered to one more. */
async function matchBusiness(parts: MatchingParts, businessId: string): Promise<number> {
  const business = await parts.businessById(businessId);
  if (business === null || !business.complete) return 0;
  const open = await parts.leads.openIn(business.categories, OPEN_LEAD_AGE_MS, MAX_OPEN_LEADS_READ);
  const taken = await parts.matches.businessesOf(open.map((lead) => lead.leadId));
  const free = open.filter((lead) => (taken.get(lead.leadId)?.length ?? 0) < MAX_PER_LEAD);
  const fitting = best(
    free.map((lead) => scored(lead, business)),
    MAX_NEW_PER_BUSINESS,
  );
  await parts.matches.save(fitting);
  parts.announce(fitting.map((match) => match.leadId));
  return fitting.length;
}

async function inboxOf(parts: MatchingParts, businessId: string): Promise<BusinessLead[]> {
  const stored = await parts.matches.ofBusiness(businessId, MAX_INBOX);
  const leadIds = stored.map((match) => match.leadId);
  const [found, consent] = await Promise.all([
    parts.leads.byIds(leadIds),
    parts.consents.consentsOfBusiness(businessId, leadIds),
  ]);
  const open = new Map(found.filter((lead) => lead.status === "open").map((lead) => [lead.leadId, lead]));
  const phones = await phonesOf(parts, [...open.values()]);
  return stored.flatMap((match) => {
    const lead = open.get(match.leadId);
    if (lead === undefined) return [];
    const granted = consent.get(match.leadId) ?? NO_CONSENT;
    return [businessLead(match, lead, phones.get(lead.consumerId) ?? null, granted)];
  });
}

async function phonesOf(parts: MatchingParts, leads: MatchableLead[]): Promise<Map<string, string | null>> {
  const consumerIds = [...new Set(leads.map((lead) => lead.consumerId))];
  const phones = await Promise.all(
    consumerIds.map(async (id) => [id, await parts.maskedPhoneOf(id)] as const),
  );
  return new Map(phones);
}

function businessLead(
  { score, reasons, status: matchStatus }: StoredMatch,
  lead: MatchableLead,
  consumerPhone: string | null,
  consent: ConsentState,
): BusinessLead {
  const { leadId, consumerName, description, category, urgency, postalCode, timeZone } = lead;
  const createdAt = lead.createdAt.toISOString();
  const said = { leadId, consumerName, consumerPhone, description, category, urgency, postalCode, timeZone };
  return { ...said, score, reasons, matchStatus, consent, createdAt, ...classificationOf(lead) };
}
