import type { Caller } from "#server/accounts/caller.ts";
import { NO_CONSENT, type Consents } from "#server/compliance/consents.ts";
import type { Leads, MatchableLead } from "#server/leads/leads.ts";
import { Failure } from "#server/lib/failure.ts";
import type { MarketNews } from "#server/matching/market-news.ts";
import { bestFor, MAX_PER_LEAD, offersFor } from "#server/matching/choose.ts";
import { EMPTY_INBOX, type Inbox, inboxOf } from "#server/matching/inbox.ts";
import type { MatchStore } from "#server/matching/match-store.ts";
import type { BusinessProfile } from "#shared/business.ts";
import type { InboxPage } from "#shared/contract/business.ts";
import type { Category, ConsumerMatch, MatchStatus } from "#shared/lead.ts";

export type Matching = {
  /** Scores the businesses that serve the lead, stores the best 20, and returns them as the consumer sees them. Repeating it is harmless. */
  matchLead(lead: MatchableLead): Promise<ConsumerMatch[]>;
  /** After a correction: also takes the lead back from businesses that do not fit any more, neither answered nor were given consent. */
  rematchLead(lead: MatchableLead): Promise<ConsumerMatch[]>;
  /** Offers open leads to a business whose profile was saved; at most 50. Returns how many fit. */
  matchBusiness(businessId: string): Promise<number>;
  /** Best first. @throws Failure NOT_FOUND for unknown and foreign leads alike */
  matchesOfLead(caller: Caller, leadId: string): Promise<ConsumerMatch[]>;
  /** A page of the inbox of the caller's business, newest match first, and how many leads each view has. */
  leadsOfBusiness(caller: Caller, page: InboxPage): Promise<Inbox>;
  /** The consumer closed the lead: it leaves the open views of every inbox. */
  closeLead(leadId: string): Promise<void>;
  /** A later answer replaces an earlier one. @throws Failure PROFILE_MISSING, NOT_FOUND (unknown lead), NOT_MATCHED */
  respond(caller: Caller, answer: MatchAnswer): Promise<{ leadId: string; status: MatchStatus }>;
  /** What each business that these leads were offered to answered, by lead and business. */
  answersTo(leadIds: string[]): Promise<Map<string, Map<string, MatchStatus>>>;
  matchFor(leadId: string, businessId: string): Promise<{ status: MatchStatus; score: number } | null>;
};

type AboutMatch = { leadId: string; businessId: string };

type MatchAnswer = { leadId: string; response: "interested" | "declined" };

export type MatchingParts = {
  matches: MatchStore;
  /** Both sides of these leads are told that something changed. */
  announce: MarketNews["announce"];
  /** Told who is concerned once it is stored; perhaps again. */
  news: { matched(found: AboutMatch[]): void; interested(about: AboutMatch): void };
  leads: Pick<Leads, "ofConsumer" | "byIds" | "openIn">;
  consents: Pick<Consents, "consentsOfLead" | "consentsOfBusiness">;
  /** Businesses that offer the category where the lead is, nearest first; scored and filtered again here. */
  findServing: (lead: {
    leadId: string;
    category: Category;
    postalCode: string;
  }) => Promise<BusinessProfile[]>;
  businessById: (businessId: string) => Promise<BusinessProfile | null>;
  /** In one query; unknown ones are missing. */
  businessesById: (businessIds: string[]) => Promise<Map<string, BusinessProfile>>;
  /** How many calls each business has that are not over; businesses without any are missing. */
  openCallsOf: (businessIds: string[]) => Promise<Map<string, number>>;
  /** Like "•••• 0123", by account, in one query; who has proven no number is missing. */
  maskedPhonesOf: (accountIds: string[]) => Promise<Map<string, string>>;
};

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
    async matchBusiness(businessId) {
      const found = await offersFor(parts, businessId);
      await matches.save(found);
      parts.news.matched(found);
      parts.announce(found.map((match) => match.leadId));
      return found.length;
    },
    async matchesOfLead(caller, leadId) {
      const lead = await leads.ofConsumer(caller, leadId);
      const stored = await consumerMatches(parts, leadId);
      const neverMatched = stored.length === 0 && lead.status === "open";
      return neverMatched ? matchLead(lead) : stored;
    },
    async leadsOfBusiness({ businessId }, page) {
      return businessId === null ? EMPTY_INBOX : inboxOf(parts, businessId, page);
    },
    async closeLead(leadId) {
      await matches.closeLead(leadId);
      parts.announce([leadId]);
    },
    async respond({ businessId }, { leadId, response }) {
      const profile = businessId === null ? null : await parts.businessById(businessId);
      if (profile === null || !profile.complete) throw new Failure("PROFILE_MISSING");
      const answered = await matches.answer(leadId, profile.businessId, response);
      if (answered) {
        parts.announce([leadId]);
        if (response === "interested") parts.news.interested({ leadId, businessId: profile.businessId });
        return { leadId, status: response };
      }
      const [known] = await leads.byIds([leadId]);
      throw new Failure(known === undefined ? "NOT_FOUND" : "NOT_MATCHED");
    },
    answersTo: (leadIds) => matches.answersTo(leadIds),
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
async function offer(parts: MatchingParts, lead: MatchableLead): Promise<string[]> {
  const chosen = await bestFor(parts, lead);
  await parts.matches.save(chosen);
  parts.news.matched(chosen);
  return chosen.map(({ businessId }) => businessId);
}

async function consumerMatches(parts: MatchingParts, leadId: string): Promise<ConsumerMatch[]> {
  const { matches, consents } = parts;
  const [stored, consent] = await Promise.all([
    matches.ofLead(leadId, MAX_PER_LEAD),
    consents.consentsOfLead(leadId),
  ]);
  const businesses = await parts.businessesById(stored.map((match) => match.businessId));
  return stored.flatMap(({ businessId, score, reasons, status }) => {
    const business = businesses.get(businessId);
    if (business === undefined) return [];
    const granted = consent.get(businessId) ?? NO_CONSENT;
    const { name: businessName, legalName } = business;
    return [{ businessId, businessName, legalName, score, reasons, status, consent: granted }];
  });
}
