import { NO_CONSENT, type ConsentDecision, type Consents } from "#server/compliance/consents.ts";
import { Failure } from "#server/lib/failure.ts";

/** What of the compliance folder and of matching a consent needs. */
export type ConsentParts = {
  consents: Pick<Consents, "record" | "consentsOfLead" | "newestOfLead">;
  /** Those of the businesses that were matched to the lead. */
  matchedBusinesses: (leadId: string, businessIds: string[]) => Promise<string[]>;
  /** Null for an unknown business. */
  legalNameOf: (businessId: string) => Promise<string | null>;
};

type Wanted = { aiCalls: boolean; recording: boolean };

/** Where a request came from; the edge fills in what it knows. */
export type RequestMeta = { ip?: string };

/**
 * Writes the receipts of one decision about named businesses of a lead that the caller was proven to own. Only what changes is written:
 * repeating a decision adds no receipt. Returns for how many businesses it stands.
 * @throws Failure NOT_FOUND when one of them is not matched; then nothing is written
 */
export async function decideConsent(
  parts: ConsentParts,
  lead: { leadId: string; consumerId: string },
  businessIds: string[],
  wanted: Wanted,
  meta: RequestMeta,
): Promise<number> {
  const named = [...new Set(businessIds)];
  const matched = new Set(await parts.matchedBusinesses(lead.leadId, named));
  if (named.some((businessId) => !matched.has(businessId))) throw new Failure("NOT_FOUND");
  // Taking consent back also ends what was consented to for one call.
  const standing = wanted.aiCalls
    ? await parts.consents.consentsOfLead(lead.leadId)
    : await parts.consents.newestOfLead(lead.leadId);
  const { leadId, consumerId } = lead;
  const decisions: ConsentDecision[] = [];
  for (const businessId of named) {
    const legalName = await parts.legalNameOf(businessId);
    if (legalName === null) throw new Failure("NOT_FOUND");
    const changed = changesTo(standing.get(businessId) ?? NO_CONSENT, wanted);
    decisions.push({ leadId, consumerId, businessId, legalName, ...changed, ...meta });
  }
  await parts.consents.record(decisions);
  return named.length;
}

function changesTo(standing: Wanted, wanted: Wanted): Partial<Wanted> {
  return {
    ...(standing.aiCalls === wanted.aiCalls ? {} : { aiCalls: wanted.aiCalls }),
    ...(standing.recording === wanted.recording ? {} : { recording: wanted.recording }),
  };
}
