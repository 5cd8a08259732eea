import { scoreMatch, type ScoredBusiness, type ScoredLead } from "#server/matching/score.ts";
import { CATEGORIES } from "#shared/lead.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const lead: ScoredLead = {
  category: "plumbing",
  urgency: "flexible",
  postalCode: "11201",
  timeZone: "America/New_York",
  budgetCents: null,
  createdAt: new Date("2026-05-04T16:00Z"),
};
const business: ScoredBusiness = {
  categories: ["plumbing"],
  postalCodes: ["11201"],
  timeZone: "America/New_York",
  hours: { opens: "09:00", closes: "17:00" },
  typicalPriceCents: { low: 10_000, high: 30_000 },
};

const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const zones = fc.constantFrom("America/New_York", "Pacific/Guam", "Asia/Kolkata", "Europe/London");
const cents = fc.integer({ min: 1, max: 50_000 });
const prices = fc.tuple(cents, cents).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const leads: fc.Arbitrary<ScoredLead> = fc.record({
  category: fc.constantFrom(...CATEGORIES),
  urgency: fc.constantFrom("now", "this_week", "flexible"),
  postalCode: fc.constantFrom("11201", "10001", "SW1A 1AA", "2000"),
  timeZone: zones,
  budgetCents: fc.option(cents),
  createdAt: fc.date({ min: new Date("2026-01-01"), max: new Date("2027-12-31"), noInvalidDate: true }),
});
const businesses: fc.Arbitrary<ScoredBusiness> = fc.record({
  categories: fc.uniqueArray(fc.constantFrom(...CATEGORIES), { minLength: 1 }),
  postalCodes: fc.uniqueArray(fc.constantFrom("1", "112", "11201", "100", "sw1a", "20")),
  timeZone: zones,
  hours: fc.record({ opens: clockTime, closes: clockTime }),
  typicalPriceCents: fc.option(prices),
});
const score = (some: ScoredLead, other: ScoredBusiness) => scoreMatch(some, other, 0).score;

test("a perfect fit has all points and says why, most points first", () => {
  expect(scoreMatch(lead, business, 0)).toEqual({
    score: 100,
    reasons: [
      "Offers plumbing",
      "Serves 11201",
      "Open through the day there",
      "Does nothing else",
      "Had nobody waiting",
      "There is no budget to keep",
      "There is no hurry",
    ],
  });
});

test("a loose fit says so", () => {
  const loose: ScoredBusiness = {
    ...business,
    categories: ["plumbing", "heating"],
    postalCodes: [],
    hours: { opens: "09:00", closes: "11:00" },
  };
  expect(scoreMatch({ ...lead, urgency: "now" }, loose, 10)).toEqual({
    score: 60,
    reasons: [
      "Offers plumbing",
      "Serves every area",
      "There is no budget to keep",
      "Does little else",
      "Open for part of the day there",
    ],
  });
});

describe("[MA1] the score", () => {
  test("is a whole number from 0 to 100, with reasons exactly when it is not 0", () => {
    fc.assert(
      fc.property(leads, businesses, (some, other) => {
        const found = scoreMatch(some, other, 0);
        expect(found.score).toBeGreaterThanOrEqual(0);
        expect(found.score).toBeLessThanOrEqual(100);
        expect(Number.isInteger(found.score)).toBe(true);
        expect(found.reasons.length > 0).toBe(found.score > 0);
      }),
    );
  });

  test.each([
    ["another category", { categories: ["legal" as const] }],
    ["another area", { postalCodes: ["112019", "113"] }],
  ])("is 0 for %s", (_, other) => {
    expect(scoreMatch(lead, { ...business, ...other }, 0)).toEqual({ score: 0, reasons: [] });
  });

  test("reads postal codes without spaces, dashes and case", () => {
    const british = { ...lead, postalCode: "SW1A 1AA" };
    expect(score(british, { ...business, postalCodes: ["sw1a-1aa"] })).toBe(100);
  });
});

describe("[MA2] more never lowers the score:", () => {
  test("naming more of the postal code", () => {
    fc.assert(
      fc.property(leads, businesses, fc.integer({ min: 1, max: 3 }), (some, other, length) => {
        const named = [some.postalCode.slice(0, length), ...other.postalCodes];
        const longer = [some.postalCode.slice(0, length + 1), ...named];
        const before = score(some, { ...other, postalCodes: named });
        expect(score(some, { ...other, postalCodes: longer })).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("being open around the clock", () => {
    fc.assert(
      fc.property(leads, businesses, (some, other) => {
        const always = { ...other, hours: { opens: "00:00", closes: "00:00" } };
        expect(score(some, always)).toBeGreaterThanOrEqual(score(some, other));
      }),
    );
  });

  test("closing later", () => {
    fc.assert(
      fc.property(leads, businesses, fc.integer({ min: 8, max: 22 }), (some, other, hour) => {
        const at = (closes: number) => ({ opens: "07:00", closes: `${String(closes).padStart(2, "0")}:00` });
        const before = score(some, { ...other, hours: at(hour) });
        expect(score(some, { ...other, hours: at(hour + 1) })).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("offering less else", () => {
    fc.assert(
      fc.property(leads, businesses, (some, other) => {
        const kept = other.categories.filter((name, index) => name === some.category || index > 0);
        const fewer = { ...other, categories: kept };
        expect(score(some, fewer)).toBeGreaterThanOrEqual(score(some, other));
      }),
    );
  });

  test("fewer calls that are not over", () => {
    fc.assert(
      fc.property(
        leads,
        businesses,
        fc.nat({ max: 20 }),
        fc.nat({ max: 20 }),
        (some, other, calls, fewer) => {
          const busy = scoreMatch(some, other, calls + fewer).score;
          expect(scoreMatch(some, other, calls).score).toBeGreaterThanOrEqual(busy);
        },
      ),
    );
  });

  test("a higher budget", () => {
    fc.assert(
      fc.property(leads, businesses, cents, fc.nat({ max: 50_000 }), (some, other, budgetCents, more) => {
        const before = score({ ...some, budgetCents }, other);
        expect(score({ ...some, budgetCents: budgetCents + more }, other)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("lower prices", () => {
    fc.assert(
      fc.property(leads, businesses, prices, prices, (some, other, one, two) => {
        const cheaper = { low: Math.min(one.low, two.low), high: Math.min(one.high, two.high) };
        const before = score(some, { ...other, typicalPriceCents: one });
        expect(score(some, { ...other, typicalPriceCents: cheaper })).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

test.each([
  [5_000, 0, null],
  [10_000, 2, "Its prices begin within the budget"],
  [30_000, 7, "Its usual prices are within the budget"],
  [null, 7, "There is no budget to keep"],
])("a budget of %s cents gives %s points", (budgetCents, points, reason) => {
  const found = scoreMatch({ ...lead, budgetCents }, business, 0);
  expect(found.score).toBe(93 + points);
  if (reason === null) expect(found.reasons.join()).not.toMatch(/price|budget/);
  else expect(found.reasons).toContain(reason);
});
