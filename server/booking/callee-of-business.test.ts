import { calleeOfBusiness } from "#server/booking/callee-of-business.ts";
import type { Lead } from "#shared/lead.ts";
import { expect, test } from "vitest";

const caller = {
  accountId: "acc_1",
  name: "Maria",
  email: "m@p.test",
  role: "consumer",
  businessId: null,
} as const;
const lead = (leadId: string, postalCode: string, status: "open" | "closed" = "open"): Lead => ({
  leadId,
  description: "A leaking roof",
  category: "roofing",
  urgency: "flexible",
  summary: "A leaking roof",
  keywords: [],
  openQuestions: [],
  classifiedBy: "consumer",
  confidence: null,
  postalCode,
  timeZone: "America/Chicago",
  budgetCents: null,
  status,
  createdAt: "2026-11-24T15:00:00Z",
});
const parts = (leads: Lead[], matched: string[]) => ({
  leads: { list: async () => leads },
  matching: {
    matchFor: async (leadId: string) =>
      matched.includes(leadId) ? { status: "interested" as const, score: 1 } : null,
  },
  phoneOf: async () => ({ e164: "+12125550123" }),
});

test("[BK13] the places are those of the newest open request that was matched to the business", async () => {
  const leads = [
    lead("lead_unmatched", "10001"),
    lead("lead_closed", "33101", "closed"),
    lead("lead_new", "70112"),
    lead("lead_old", "35203"),
  ];
  const matched = ["lead_closed", "lead_new", "lead_old"];
  expect(await calleeOfBusiness(caller, "biz_1", parts(leads, matched))).toEqual([
    { timeZone: "America/Chicago", state: "LA" },
  ]);
  expect(await calleeOfBusiness(caller, "biz_1", parts(leads, ["lead_closed"]))).toBeNull();
});
