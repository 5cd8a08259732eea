import {
  correctionOf,
  requestOf,
  requestSchema,
  type RequestValues,
  valuesOf,
} from "#client/consumer/request-values.ts";
import { leadSchema } from "#shared/lead.ts";
import { expect, test } from "vitest";

const VALUES: RequestValues = {
  description: "The sink is leaking.",
  category: "unsure",
  postalCode: "94110",
  timeZone: "America/Los_Angeles",
  urgency: "now",
  budget: "",
};

test("what was left open is not sent", () => {
  const { category: _category, budget: _budget, ...rest } = VALUES;
  expect(requestOf(VALUES)).toEqual(rest);
  expect(requestOf({ ...VALUES, budget: "0" })).toEqual(rest);
});

test("a budget in dollars becomes cents, a chosen category is sent", () => {
  expect(requestOf({ ...VALUES, budget: "1500", category: "plumbing" })).toMatchObject({
    budgetCents: 150_000,
    category: "plumbing",
  });
});

test("a budget is whole dollars", () => {
  const fits = (budget: string) => requestSchema.safeParse({ ...VALUES, budget }).success;
  expect(["", "1", "999999"].map(fits)).toEqual([true, true, true]);
  expect(["1.50", "-3", "much", "1000000"].map(fits)).toEqual([false, false, false, false]);
});

const LEAD = leadSchema.parse({
  leadId: "lead_0123456789abcdef",
  ...requestOf(VALUES),
  category: "plumbing",
  budgetCents: 150_000,
  status: "open",
  createdAt: "2026-11-24T15:00:00.000Z",
  summary: "A leak.",
  keywords: [],
  openQuestions: [],
  classifiedBy: "rules",
  confidence: null,
});

test("a correction sends what was changed and nothing else", () => {
  const shown = valuesOf(LEAD);
  expect(shown).toMatchObject({ category: "unsure", budget: "1500" });
  expect(correctionOf(LEAD, shown)).toEqual({});
  expect(correctionOf(LEAD, { ...shown, urgency: "flexible", category: "roofing" })).toEqual({
    urgency: "flexible",
    category: "roofing",
  });
  expect(correctionOf({ ...LEAD, classifiedBy: "consumer" }, { ...shown, category: "plumbing" })).toEqual({});
});

test("an emptied budget is left as it was, since a request can't be told to forget it", () => {
  expect(correctionOf(LEAD, { ...valuesOf(LEAD), budget: "" })).toEqual({});
});
