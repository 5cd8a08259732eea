import { requestOf, requestSchema, type RequestValues } from "#client/consumer/request-values.ts";
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
