import type { InboxView } from "#shared/contract/business.ts";
import type { BusinessLead, MatchStatus } from "#shared/lead.ts";
import { z } from "zod";

export const INBOX_VIEWS = ["new", "interested", "done"] as const satisfies readonly InboxView[];
export const inboxViewSchema = z.enum(INBOX_VIEWS);

const VIEW_OF: Record<MatchStatus, InboxView> = {
  pending: "new",
  interested: "interested",
  declined: "done",
};
/** The server counts no further: this many or more. */
const MAX_COUNTED = 100;

/** What the address says: a view, a lead, both or neither. */
export type InboxAddress = { view?: InboxView | undefined; lead?: string | undefined };

/** `isClosed`: whoever asked has closed it, so nothing can be done any more. */
export type OpenLead = { lead: BusinessLead; isClosed: boolean };

/**
 * The lead that the address names: of the view's rows, or, when it has left the view, of the open leads of all views. Null when it is in neither.
 * Closed leads are only among the done ones, beside those that were declined.
 */
export function openLead(
  { view, lead: leadId }: InboxAddress,
  rows: readonly BusinessLead[],
  allOpen: readonly BusinessLead[],
): OpenLead | null {
  const row = rows.find((one) => one.leadId === leadId);
  if (row !== undefined) return { lead: row, isClosed: view === "done" && row.matchStatus !== "declined" };
  const lead = allOpen.find((one) => one.leadId === leadId);
  return lead === undefined ? null : { lead, isClosed: false };
}

/** An address without a view opens the one that its lead is in, otherwise the new ones. */
export function viewOf({ view, lead: leadId }: InboxAddress, allOpen: readonly BusinessLead[]): InboxView {
  const lead = allOpen.find((one) => one.leadId === leadId);
  return view ?? (lead === undefined ? "new" : VIEW_OF[lead.matchStatus]);
}

export const countOfView = (count: number): string => (count < MAX_COUNTED ? String(count) : `${count}+`);
