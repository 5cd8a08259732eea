import type { BusinessLead, MatchStatus } from "#shared/lead.ts";
import { z } from "zod";

export const INBOX_VIEWS = ["new", "interested", "done"] as const;
export const inboxViewSchema = z.enum(INBOX_VIEWS);
export type InboxView = z.infer<typeof inboxViewSchema>;

const VIEW_OF: Record<MatchStatus, InboxView> = {
  pending: "new",
  interested: "interested",
  declined: "done",
};

/** What the address says: a view, a lead, both or neither. */
export type InboxAddress = { view?: InboxView | undefined; lead?: string | undefined };

export type InboxContent = {
  view: InboxView;
  /** The leads of the view. */
  shown: readonly BusinessLead[];
  /** The lead that the address names, also when it has left the view; null when it names none, or one that is not there any more. */
  open: BusinessLead | null;
  counts: Record<InboxView, number>;
};

/** An address without a view opens the one that its lead is in, otherwise the new ones. */
export function inboxContent(leads: readonly BusinessLead[], address: InboxAddress): InboxContent {
  const inView = (view: InboxView) => leads.filter((lead) => VIEW_OF[lead.matchStatus] === view);
  const open = leads.find((lead) => lead.leadId === address.lead) ?? null;
  const view = address.view ?? (open === null ? "new" : VIEW_OF[open.matchStatus]);
  const count = (one: InboxView) => inView(one).length;
  return {
    view,
    shown: inView(view),
    open,
    counts: { new: count("new"), interested: count("interested"), done: count("done") },
  };
}
