import { inboxContent } from "#client/business/inbox-views.ts";
import type { BusinessLead, MatchStatus } from "#shared/lead.ts";
import { describe, expect, test } from "vitest";

const lead = (leadId: string, matchStatus: MatchStatus): BusinessLead => ({
  leadId,
  consumerName: "Maria Lopez",
  consumerPhone: null,
  description: "The pipe under my kitchen sink is leaking.",
  category: "plumbing",
  urgency: "now",
  postalCode: "94110",
  timeZone: "America/Los_Angeles",
  score: 92,
  reasons: [],
  matchStatus,
  consent: { aiCalls: false, recording: false },
  createdAt: "2026-11-24T15:00:00.000Z",
  summary: "A leaking pipe.",
  keywords: [],
  openQuestions: [],
  classifiedBy: "rules",
  confidence: null,
});
const LEADS = [lead("a", "pending"), lead("b", "interested"), lead("c", "pending"), lead("d", "declined")];
const idsOf = (leads: readonly BusinessLead[]) => leads.map(({ leadId }) => leadId);

describe("the views of the inbox", () => {
  test("[UI20] every lead is in exactly one view, and each view is counted", () => {
    const { counts } = inboxContent(LEADS, {});
    expect(counts).toEqual({ new: 2, interested: 1, done: 1 });
    expect(idsOf(inboxContent(LEADS, { view: "new" }).shown)).toEqual(["a", "c"]);
    expect(idsOf(inboxContent(LEADS, { view: "done" }).shown)).toEqual(["d"]);
  });

  test("[UI20] an address without a view opens the new leads, or the view of its lead", () => {
    expect(inboxContent(LEADS, {}).view).toBe("new");
    expect(inboxContent(LEADS, { lead: "b" }).view).toBe("interested");
    expect(inboxContent(LEADS, { lead: "nowhere" })).toMatchObject({ view: "new", open: null });
  });

  test("[UI20] a lead that left the view by an answer stays open", () => {
    const { view, shown, open } = inboxContent(LEADS, { view: "new", lead: "b" });
    expect(view).toBe("new");
    expect(idsOf(shown)).not.toContain("b");
    expect(open?.leadId).toBe("b");
  });
});
