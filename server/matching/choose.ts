import type { MatchableLead } from "#server/leads/leads.ts";
import type { NewMatch } from "#server/matching/match-store.ts";
import type { MatchingParts } from "#server/matching/matching.ts";
import { scoreMatch } from "#server/matching/score.ts";
import type { BusinessProfile } from "#shared/business.ts";

type Parts = Pick<MatchingParts, "findServing" | "businessById" | "openCallsOf" | "leads" | "matches">;

export const MAX_PER_LEAD = 20;
/** How many of the best are asked how busy they are: the rest could not reach the first 20 by that. */
const MAX_ASKED = 40;
const MAX_NEW_PER_BUSINESS = 50;
const MAX_OPEN_LEADS_READ = 200;
const OPEN_LEAD_AGE_MS = 30 * 24 * 3_600_000;

/** The best 20 businesses for a lead. */
export async function bestFor(parts: Parts, lead: MatchableLead): Promise<NewMatch[]> {
  const candidates = (await parts.findServing(lead)).filter((business) => business.complete);
  const asked = best(
    candidates.map((business) => ({ business, ...scoreMatch(lead, business, 0) })),
    MAX_ASKED,
  );
  const openCalls = await parts.openCallsOf(asked.map(({ business }) => business.businessId));
  return best(
    asked.map(({ business }) => scored(lead, business, openCalls.get(business.businessId) ?? 0)),
    MAX_PER_LEAD,
  );
}

/** Open leads for a business whose profile was saved. A lead that has its 20 businesses is not offered to one more. */
export async function offersFor(parts: Parts, businessId: string): Promise<NewMatch[]> {
  const business = await parts.businessById(businessId);
  if (business === null || !business.complete) return [];
  const open = await parts.leads.openIn(business.categories, OPEN_LEAD_AGE_MS, MAX_OPEN_LEADS_READ);
  const openCalls = await parts.openCallsOf([businessId]);
  const fitting = best(
    open.map((lead) => scored(lead, business, openCalls.get(businessId) ?? 0)),
    MAX_OPEN_LEADS_READ,
  );
  return withRoom(parts.matches, fitting);
}

/** The first 50 whose leads have fewer than 20 businesses. Looked up fifty at a time: each lead has up to 20 matches to read, and mostly the first fifty do. */
async function withRoom(matches: Parts["matches"], fitting: NewMatch[]): Promise<NewMatch[]> {
  const free: NewMatch[] = [];
  for (
    let from = 0;
    from < fitting.length && free.length < MAX_NEW_PER_BUSINESS;
    from += MAX_NEW_PER_BUSINESS
  ) {
    const some = fitting.slice(from, from + MAX_NEW_PER_BUSINESS);
    const taken = await matches.businessesOf(some.map(({ leadId }) => leadId));
    free.push(...some.filter(({ leadId }) => (taken.get(leadId)?.length ?? 0) < MAX_PER_LEAD));
  }
  return free.slice(0, MAX_NEW_PER_BUSINESS);
}

function scored(lead: MatchableLead, business: BusinessProfile, openCalls: number): NewMatch {
  const { leadId } = lead;
  return { leadId, businessId: business.businessId, ...scoreMatch(lead, business, openCalls) };
}

const best = <Found extends { score: number }>(found: Found[], limit: number) =>
  found
    .filter((match) => match.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit);
