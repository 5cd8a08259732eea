import type { Caller } from "#server/accounts/caller.ts";
import { type CalleePlace, calleePlaces } from "#server/compliance/callee-places.ts";
import type { Leads } from "#server/leads/leads.ts";
import type { Matching } from "#server/matching/matching.ts";

/** The newest requests of a consumer that are looked through. */
const MAX_LEADS = 20;

type Parts = {
  leads: Pick<Leads, "list">;
  matching: Pick<Matching, "matchFor">;
  phoneOf(accountId: string): Promise<{ e164: string } | null>;
};

/**
 * Where a business would call this consumer: the places of their newest open request that was matched to it. Null when there is none; so nobody
 * looks at the diary of a business that was not offered to them.
 */
export async function calleeOfBusiness(
  caller: Caller,
  businessId: string,
  { leads, matching, phoneOf }: Parts,
): Promise<CalleePlace[] | null> {
  const open = (await leads.list(caller)).filter((lead) => lead.status === "open");
  for (const { leadId, postalCode, timeZone } of open.slice(0, MAX_LEADS)) {
    if ((await matching.matchFor(leadId, businessId)) === null) continue;
    const phone = await phoneOf(caller.accountId);
    return calleePlaces({ postalCode, timeZone, e164: phone?.e164 ?? "" });
  }
  return null;
}
