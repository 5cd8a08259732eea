import { NO_CONSENT, type ConsentState } from "#server/compliance/consents.ts";
import { classificationOf, type MatchableLead } from "#server/leads/leads.ts";
import type { CountedKind, MatchKind, StoredMatch } from "#server/matching/match-store.ts";
import type { MatchingParts } from "#server/matching/matching.ts";
import type { InboxPage, InboxView } from "#shared/contract/business.ts";
import type { BusinessLead } from "#shared/lead.ts";

export type Inbox = { leads: BusinessLead[]; next: string | null; counts: Record<InboxView, number> };
export const EMPTY_INBOX: Inbox = { leads: [], next: null, counts: { new: 0, interested: 0, done: 0 } };

type InboxParts = Pick<MatchingParts, "matches" | "leads" | "consents" | "maskedPhonesOf">;

const pending = { leadClosed: null, status: "pending" } as const;
const interested = { leadClosed: null, status: "interested" } as const;
const declined = { leadClosed: null, status: "declined" } as const;
const closed = (["pending", "interested", "declined"] as const).map(
  (status) => ({ leadClosed: true, status }) as const,
);
const KINDS: Record<InboxView, readonly MatchKind[]> = {
  new: [pending],
  interested: [interested],
  done: [declined, ...closed],
};
const OPEN: readonly MatchKind[] = [pending, interested, declined];
/** What is counted for each view: all closed ones at once, because no order is asked for. */
const COUNTED: Record<InboxView, readonly CountedKind[]> = {
  ...KINDS,
  done: [declined, { leadClosed: true }],
};
/** A number beside a view needs no more; counting on would read the whole inbox. */
const MAX_COUNTED = 100;

/** A page, and how many leads each view has. Flat in the number of leads: every part is read by an index and counted up to a limit. */
export async function inboxOf(
  parts: InboxParts,
  businessId: string,
  { view, before, limit }: InboxPage,
): Promise<Inbox> {
  const kinds = view === undefined ? OPEN : KINDS[view];
  const [found, counts] = await Promise.all([
    parts.matches.ofBusiness(businessId, kinds, { before, limit: limit + 1 }),
    countsOf(parts, businessId),
  ]);
  const page = found.slice(0, limit);
  const next = found.length > limit ? (page.at(-1)?._id ?? null) : null;
  return { leads: await shown(parts, businessId, page), next, counts };
}

async function countsOf({ matches }: InboxParts, businessId: string): Promise<Inbox["counts"]> {
  const count = async (view: InboxView) => {
    const each = await Promise.all(
      COUNTED[view].map((kind) => matches.countOfBusiness(businessId, kind, MAX_COUNTED)),
    );
    return Math.min(
      MAX_COUNTED,
      each.reduce((sum, one) => sum + one, 0),
    );
  };
  const [fresh, interested, done] = await Promise.all([count("new"), count("interested"), count("done")]);
  return { new: fresh, interested, done };
}

async function shown(parts: InboxParts, businessId: string, stored: StoredMatch[]): Promise<BusinessLead[]> {
  const leadIds = stored.map((match) => match.leadId);
  const [found, consent] = await Promise.all([
    parts.leads.byIds(leadIds),
    parts.consents.consentsOfBusiness(businessId, leadIds),
  ]);
  const leads = new Map(found.map((lead) => [lead.leadId, lead]));
  const phones = await parts.maskedPhonesOf([...new Set(found.map((lead) => lead.consumerId))]);
  return stored.flatMap((match) => {
    const lead = leads.get(match.leadId);
    // Closed a moment ago: its match is among the done ones at the next look.
    if (lead === undefined || (lead.status === "closed" && match.leadClosed !== true)) return [];
    const granted = consent.get(match.leadId) ?? NO_CONSENT;
    return [businessLead(match, lead, phones.get(lead.consumerId) ?? null, granted)];
  });
}

function businessLead(
  { score, reasons, status: matchStatus }: StoredMatch,
  lead: MatchableLead,
  consumerPhone: string | null,
  consent: ConsentState,
): BusinessLead {
  const { leadId, consumerName, description, category, urgency, postalCode, timeZone, budgetCents } = lead;
  const createdAt = lead.createdAt.toISOString();
  const said = { leadId, consumerName, consumerPhone, description, category, urgency, postalCode, timeZone };
  return { ...said, budgetCents, score, reasons, matchStatus, consent, createdAt, ...classificationOf(lead) };
}
