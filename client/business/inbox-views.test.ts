import { countOfView, openLead, viewOf } from "#client/business/inbox-views.ts";
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
  budgetCents: null,
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

describe("the views of the inbox", () => {
  test("[UI20] an address without a view opens the new leads, or the view of its lead", () => {
    expect(viewOf({}, LEADS)).toBe("new");
    expect(viewOf({ lead: "b" }, LEADS)).toBe("interested");
    expect(viewOf({ lead: "nowhere" }, LEADS)).toBe("new");
    expect(viewOf({ view: "done", lead: "b" }, LEADS)).toBe("done");
  });

  test("[UI20] a lead that left the view by an answer stays open, one that is nowhere does not", () => {
    const rows = [lead("a", "pending")];
    expect(openLead({ view: "new", lead: "a" }, rows, [])?.lead.leadId).toBe("a");
    expect(openLead({ view: "new", lead: "b" }, rows, LEADS)).toMatchObject({
      lead: { leadId: "b" },
      isClosed: false,
    });
    expect(openLead({ view: "new", lead: "nowhere" }, rows, LEADS)).toBeNull();
  });

  test("[UI20] among the done ones a lead that was not declined is one that was closed", () => {
    const done = [lead("d", "declined"), lead("e", "interested")];
    expect(openLead({ view: "done", lead: "d" }, done, LEADS)?.isClosed).toBe(false);
    expect(openLead({ view: "done", lead: "e" }, done, LEADS)?.isClosed).toBe(true);
    expect(openLead({ view: "done", lead: "b" }, done, LEADS)?.isClosed).toBe(false);
  });

  test("[UI20] a count that was not finished says so", () => {
    expect([0, 99, 100].map(countOfView)).toEqual(["0", "99", "100+"]);
  });
});
