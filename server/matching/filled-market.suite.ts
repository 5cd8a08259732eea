import { createBusinesses } from "#server/accounts/businesses.ts";
import { lotOf } from "#server/accounts/lot.ts";
import type { Database } from "#server/database/connection.ts";
import { createLeads } from "#server/leads/leads.ts";
import { systemClock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { consumer, leadRequest } from "#server/matching/marketplace.suite.ts";
import { createMatchStore } from "#server/matching/match-store.ts";
import type { BusinessProfile } from "#shared/business.ts";
import { CATEGORIES } from "#shared/lead.ts";

export type FilledMarket = {
  /** A business with a large inbox: every lead is matched to it, in all states. */
  profile: BusinessProfile;
  /** A match in the middle of that inbox. */
  before: string;
};

type Stored = Record<string, unknown> & { _id: string };
const BATCH = 1_000;
const MATCHES_PER_LEAD = 3;
const STATES = [
  { status: "pending", leadClosed: null },
  { status: "interested", leadClosed: null },
  { status: "declined", leadClosed: null },
  { status: "pending", leadClosed: true },
] as const;

/**
 * `inboxOf`: the business whose inbox is large, if another one than the returned profile's. Fills a database with businesses, leads and matches. One of each is made by the product's own code; the others are that document with another
 * id and other values, because a hundred thousand requests would take too long.
 */
export async function fillMarket(
  database: Database,
  size: { businesses: number; leads: number; inboxOf?: string },
): Promise<FilledMarket> {
  const { profile, business, lead, match } = await firstOfEach(database);
  const { db } = database;
  const { inboxOf = profile.businessId } = size;
  const insert = async (collection: string, count: number, make: (index: number) => Stored[]) => {
    for (let from = 0; from < count; from += BATCH) {
      const indexes = Array.from({ length: Math.min(BATCH, count - from) }, (_, offset) => from + offset);
      await db.collection<Stored>(collection).insertMany(indexes.flatMap(make));
    }
  };
  const businessIds: string[] = [];
  await insert("businesses", size.businesses, (index) => {
    const _id = newId("biz");
    businessIds.push(_id);
    const category = CATEGORIES[index % CATEGORIES.length] ?? "other";
    const areas = index % 4 === 0 ? ["*"] : index % 4 === 1 ? ["112"] : [String(10_000 + (index % 5_000))];
    const serves = index % 3 === 0 ? ["plumbing|*"] : areas.map((area) => `${category}|${area}`);
    const categories = index % 3 === 0 ? ["plumbing"] : [category];
    const postalCodes = serves.some((one) => one.endsWith("*")) ? [] : areas;
    return [{ ...business, _id, lot: lotOf(_id), ownerId: `acc_${_id}`, serves, categories, postalCodes }];
  });
  const leadIds: string[] = [];
  await insert("leads", size.leads, (index) => {
    const _id = newId("lead");
    leadIds.push(_id);
    const category = CATEGORIES[index % CATEGORIES.length] ?? "other";
    return [{ ...lead, _id, consumerId: `acc_${index % 997}`, category }];
  });
  const own: string[] = [];
  await insert("matches", size.leads, (index) => {
    const leadId = leadIds[index] ?? "";
    const others = Array.from({ length: MATCHES_PER_LEAD }, (_, offset) => {
      return businessIds[(index * MATCHES_PER_LEAD + offset) % businessIds.length] ?? "";
    });
    return [...others, inboxOf].map((businessId) => {
      const _id = newId("match");
      if (businessId === inboxOf) own.push(_id);
      return { ...match, _id, leadId, businessId, ...STATES[index % STATES.length] };
    });
  });
  return { profile, before: own[Math.floor(own.length / 2)] ?? "" };
}

async function firstOfEach({ connection, db }: Database) {
  const clock = systemClock;
  const businesses = createBusinesses({ connection, clock });
  const businessId = newId("biz");
  const owner = { ...consumer("Bea Owner"), role: "business" as const, businessId };
  const profile = await businesses.updateProfile(owner, { name: "Clearwater", categories: ["plumbing"] });
  const leads = createLeads({
    db: connection,
    clock,
    logger: silentLogger,
    analyst: { classifyLead: async () => ({ kind: "unavailable", reason: "", retryAfterMs: null }) },
    consents: { decide: async () => 0, consentsOfLead: async () => new Map() } as never,
    announce: () => undefined,
    matchedBusinesses: async () => [],
    legalNameOf: async () => null,
  });
  const { leadId } = await leads.submit(consumer(), leadRequest);
  await createMatchStore({ db: connection, clock }).save([
    { leadId, businessId, score: 80, reasons: ["Offers plumbing", "Serves every area", "Does nothing else"] },
  ]);
  const one = async (collection: string, filter: Record<string, string>): Promise<Stored> => {
    const found = await db.collection<Stored>(collection).findOne(filter);
    if (found === null) throw new Error(`There is no document in ${collection} to copy.`);
    return found;
  };
  return {
    profile,
    business: await one("businesses", { _id: businessId }),
    lead: await one("leads", { _id: leadId }),
    match: await one("matches", { leadId }),
  };
}
