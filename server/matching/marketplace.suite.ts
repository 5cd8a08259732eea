import type { Caller } from "#server/accounts/caller.ts";
import type { Analyst } from "#server/analyst/analyst.ts";
import { createConsents } from "#server/compliance/consents.ts";
import type { Database } from "#server/database/connection.ts";
import { createLeads, type LeadRequest, type Leads } from "#server/leads/leads.ts";
import type { MarketChange } from "#server/leads/market-feed.ts";
import { systemClock, type Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createMarketNews } from "#server/matching/market-news.ts";
import { createMatchStore } from "#server/matching/match-store.ts";
import { createMatching } from "#server/matching/matching.ts";
import type { BusinessProfile } from "#shared/business.ts";

export type Classify = Analyst["classifyLead"];
const analystAway: Classify = async () => ({
  kind: "unavailable",
  reason: "test",
  retryAfterMs: null,
});

export const leadRequest: LeadRequest = {
  description: "The kitchen sink leaks. Please come soon.",
  postalCode: "11201",
  timeZone: "America/New_York",
};

export function consumer(name = "Ada Hollis"): Caller {
  const accountId = newId("tok");
  return { accountId, name, email: `${accountId}@example.test`, role: "consumer", businessId: null };
}

/** Speaks for a business. */
export function speakerOf({ businessId, name }: BusinessProfile): Caller {
  const accountId = `owner of ${businessId}`;
  return { accountId, name, email: `${businessId}@example.test`, role: "business", businessId };
}

/**
 * Leads and matching on a database, with businesses and phones in memory. `classify` stands for the analyst; timers of the clock only run
 * when the test fires them.
 */
export function createMarketplace(database: Database, classify: Classify = analystAway) {
  const { connection: db } = database;
  const now = { ms: Date.parse("2026-05-04T16:00Z") };
  const timers = new Set<() => void>();
  const clock: Clock = {
    ...systemClock,
    nowMs: () => now.ms,
    after(_delayMs, task) {
      timers.add(task);
      return { cancel: () => void timers.delete(task) };
    },
  };
  const profiles = new Map<string, BusinessProfile>();
  const phones = new Map<string, string>();
  const openCalls = new Map<string, number>();
  const businessById = async (businessId: string) => profiles.get(businessId) ?? null;

  const consents = createConsents({ db, clock });
  const matches = createMatchStore({ db, clock });
  const changes: MarketChange[] = [];
  const { announce } = createMarketNews({
    feed: { marketChanged: (change) => changes.push(change) },
    logger: silentLogger,
    matches,
    leadsById: (leadIds) => leads.byIds(leadIds),
  });
  const leads: Leads = createLeads({
    db,
    clock,
    logger: silentLogger,
    analyst: { classifyLead: (lead) => classify(lead) },
    consents,
    announce,
    matchedBusinesses: matches.matchedBusinesses,
    legalNameOf: async (businessId) => profiles.get(businessId)?.legalName ?? null,
  });
  const news: string[] = [];
  const matching = createMatching({
    news: {
      matched: (found) => void news.push(...found.map(({ businessId }) => `matched ${businessId}`)),
      interested: ({ businessId }) => void news.push(`interested ${businessId}`),
    },
    matches,
    leads,
    consents,
    announce,
    businessById,
    openCallsOf: async (businessIds) =>
      new Map(businessIds.map((businessId) => [businessId, openCalls.get(businessId) ?? 0])),
    findServing: async ({ category }) =>
      [...profiles.values()].filter((profile) => profile.categories.includes(category)),
    businessesById: async (businessIds) =>
      new Map([...profiles].filter(([businessId]) => businessIds.includes(businessId))),
    maskedPhonesOf: async (accountIds) =>
      new Map([...phones].filter(([accountId]) => accountIds.includes(accountId))),
  });

  /** Adds a business, a plumber in Brooklyn unless said otherwise. */
  function addBusiness(over: Partial<BusinessProfile> = {}): BusinessProfile {
    const businessId = newId("biz");
    const profile: BusinessProfile = {
      businessId,
      name: "Clearwater",
      legalName: "Clearwater LLC",
      categories: ["plumbing"],
      postalCodes: ["112"],
      timeZone: "America/New_York",
      hours: { opens: "09:00", closes: "17:00" },
      typicalPriceCents: null,
      voice: "marin",
      voicemail: { kind: "hang_up" },
      complete: true,
      ...over,
    };
    profiles.set(profile.businessId, profile);
    return profile;
  }

  const fireTimers = () => {
    for (const task of timers) task();
  };
  return {
    now,
    timers,
    news,
    fireTimers,
    profiles,
    phones,
    consents,
    leads,
    matching,
    addBusiness,
    changes,
    openCalls,
  };
}
