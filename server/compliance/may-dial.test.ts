import type { CalleePlace } from "#server/compliance/callee-places.ts";
import { mayDial, type DialFacts, receiptOf } from "#server/compliance/may-dial.ts";
import { STATES_WITH_HOURS } from "#server/compliance/state-hours.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const NOON_IN_NEW_YORK = Date.parse("2026-05-04T16:00Z");
const fine: DialFacts = {
  nowMs: NOON_IN_NEW_YORK,
  places: [{ timeZone: "America/New_York", state: "NY" }],
  quietHours: { startHour: 20, endHour: 9 },
  suppressed: false,
  aiConsent: true,
  attemptsLast24h: 2,
  maxAttemptsPer24h: 3,
};
const HOUR_MS = 3_600_000;

test("[CO1] all in order: the call may ring", () => {
  expect(mayDial(fine)).toEqual({ kind: "allow", rule: "withinHours" });
});

test("[CO2] with the hours off any hour will do, and nothing else is off", () => {
  const night = { ...fine, nowMs: Date.parse("2026-05-04T07:00Z"), quietHours: "off" } as const;
  expect(mayDial(night)).toEqual({ kind: "allow", rule: "hoursOff" });
  expect(mayDial({ ...night, suppressed: true })).toMatchObject({ kind: "deny", rule: "suppression" });
  expect(mayDial({ ...night, aiConsent: false })).toMatchObject({ kind: "deny", rule: "consent" });
  expect(mayDial({ ...night, attemptsLast24h: 3 })).toMatchObject({ kind: "deny", rule: "attempts" });
});

test.each([
  ["the operator's hours first", "NY", "2026-05-05T00:30Z", "quietHours"],
  ["the federal ones when the operator's allow more", "NY", "2026-05-05T01:30Z", "federalHours"],
  ["the state's", "RI", "2026-05-04T22:30Z", "stateHours"],
  ["its Sundays", "AL", "2026-05-03T16:30Z", "stateSundays"],
])("[CO11] the verdict names the rule: %s", (_, state, now, rule) => {
  const places = [{ timeZone: "America/New_York", state }];
  const quietHours = rule === "quietHours" ? fine.quietHours : { startHour: 23, endHour: 5 };
  expect(mayDial({ ...fine, places, quietHours, nowMs: Date.parse(now) })).toMatchObject({
    kind: "allowedFrom",
    rule,
  });
});

test("[CO11] places whose hours never meet: refused for good, and named", () => {
  const places = ["Australia/Sydney", "Europe/London"].map((timeZone) => ({ timeZone, state: null }));
  const facts = { ...fine, places, nowMs: Date.parse("2026-01-10T12:00Z") };
  expect(mayDial(facts)).toEqual({ kind: "deny", rule: "noCommonHours", code: "BAD_TIME" });
});

test("[CO12] the receipt of a verdict says which rule, on what, when, and nothing about who", () => {
  const verdict = mayDial(fine);
  expect(receiptOf(verdict, fine)).toEqual({
    rule: "withinHours",
    at: new Date(NOON_IN_NEW_YORK),
    facts: {
      places: fine.places,
      quietHours: fine.quietHours,
      suppressed: false,
      aiConsent: true,
      attemptsLast24h: 2,
      maxAttemptsPer24h: 3,
    },
  });
});

test("[CO1] no consent, no call, whatever else holds", () => {
  const facts = { ...fine, aiConsent: false, suppressed: true, attemptsLast24h: 9 };
  expect(mayDial(facts)).toEqual({ kind: "deny", rule: "consent", code: "CONSENT_MISSING" });
});

test("[CO1] a number that said stop is never dialled, in no hours", () => {
  const facts: DialFacts = { ...fine, suppressed: true, quietHours: "off" };
  expect(mayDial(facts)).toEqual({ kind: "deny", rule: "suppression", code: "SUPPRESSED" });
});

test("[CO4] the fourth attempt within 24 h is refused, or moved to when the oldest one has aged", () => {
  const capped = { ...fine, attemptsLast24h: 3 };
  expect(mayDial(capped)).toEqual({ kind: "deny", rule: "attempts", code: "RATE_LIMITED" });
  const attemptFreeAtMs = NOON_IN_NEW_YORK + 5 * HOUR_MS;
  expect(mayDial({ ...capped, attemptFreeAtMs })).toEqual({
    kind: "allowedFrom",
    at: new Date(attemptFreeAtMs),
    rule: "attempts",
  });
  expect(mayDial({ ...capped, attemptFreeAtMs: NOON_IN_NEW_YORK + 9 * HOUR_MS })).toEqual({
    kind: "allowedFrom",
    at: new Date("2026-05-05T13:00Z"),
    rule: "attempts",
  });
});

test("[CO3] inside quiet hours the verdict names the first legal instant", () => {
  expect(mayDial({ ...fine, nowMs: Date.parse("2026-05-04T02:00Z") })).toEqual({
    kind: "allowedFrom",
    at: new Date("2026-05-04T13:00Z"),
    rule: "quietHours",
  });
});

const ZONES = [
  "America/New_York",
  "America/Chicago",
  "America/Los_Angeles",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
];
const place = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  state: fc.constantFrom(null, "NY", ...STATES_WITH_HOURS),
});
/** Any minute of two years, and those around clock changes. */
const minutes = fc.oneof(
  fc.integer({ min: Date.parse("2026-01-01T00:00Z"), max: Date.parse("2027-12-31T00:00Z") }),
  fc
    .tuple(
      fc.constantFrom("2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z"),
      fc.integer({ min: -48 * HOUR_MS, max: 48 * HOUR_MS }),
    )
    .map(([change, offset]) => Date.parse(change) + offset),
);
const situations = fc.record({
  nowMs: minutes,
  // Two places at most, and so close that they share hours on every day.
  places: fc.oneof(
    fc.tuple(place),
    fc.constantFrom("FL", "KY", "TN").map((state) => [
      { timeZone: "America/New_York", state },
      { timeZone: "America/Chicago", state },
    ]),
  ),
  quietHours: fc.constantFrom({ startHour: 20, endHour: 9 }, { startHour: 1, endHour: 5 }),
});

test("[CO3] what is allowed from an instant is allowed at that instant, also after the cap", () => {
  const asked = fc.record({
    situation: situations,
    attemptsLast24h: fc.integer({ min: 0, max: 4 }),
    waitMs: fc.integer({ min: 1, max: 24 * HOUR_MS }),
  });
  fc.assert(
    fc.property(asked, ({ situation, attemptsLast24h, waitMs }) => {
      const facts = {
        ...fine,
        ...situation,
        attemptsLast24h,
        attemptFreeAtMs: situation.nowMs + waitMs,
      };
      const verdict = mayDial(facts);
      expect(verdict.kind).not.toBe("deny");
      if (verdict.kind !== "allowedFrom") return;
      const later = { ...facts, nowMs: verdict.at.getTime(), attemptsLast24h: 0 };
      expect(mayDial(later)).toMatchObject({ kind: "allow" });
    }),
    { numRuns: 200 },
  );
});

/** An oracle that shares nothing with the code: hour and weekday as Intl prints them, the states' hours as they stand in the rule. */
function isLegalBy(
  atMs: number,
  { timeZone, state }: CalleePlace,
  quiet: { startHour: number; endHour: number },
) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    weekday: "short",
    hourCycle: "h23",
  }).formatToParts(atMs);
  const hour = Number(parts.find((part) => part.type === "hour")?.value);
  const sunday = parts.some((part) => part.value === "Sun");
  const from = Math.max(8, state === "KY" ? 10 : state === "CT" || state === "NV" ? 9 : 8);
  const to = state === "RI" ? 18 : state === null || ["KY", "NY", "TN"].includes(state) ? 21 : 20;
  const closedOnSundays = state === "AL" || state === "LA" || state === "MS";
  const operator =
    quiet.startHour < quiet.endHour
      ? hour < quiet.startHour || hour >= quiet.endHour
      : hour >= quiet.endHour && hour < quiet.startHour;
  return operator && hour >= from && hour < to && !(sunday && closedOnSundays);
}

test("[CO3] [CO10] [CO11] never inside quiet hours of any place: nothing before the instant is legal, the instant is, by an independent clock", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { nowMs, places, quietHours } = situation;
      const verdict = mayDial({ ...fine, ...situation });
      const legal = (atMs: number) => places.every((one) => isLegalBy(atMs, one, quietHours));
      expect(verdict.kind).not.toBe("deny");
      const foundMs = verdict.kind === "allowedFrom" ? verdict.at.getTime() : nowMs;
      expect(legal(foundMs)).toBe(true);
      expect(foundMs > nowMs).toBe(verdict.kind === "allowedFrom");
      for (let earlierMs = nowMs; earlierMs < foundMs; earlierMs += HOUR_MS / 4) {
        expect(legal(earlierMs)).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});

test("[CO3] who asks later is never allowed earlier", () => {
  const allowedAt = (facts: DialFacts) => {
    const verdict = mayDial(facts);
    return verdict.kind === "allowedFrom" ? verdict.at.getTime() : facts.nowMs;
  };
  fc.assert(
    fc.property(situations, fc.integer({ min: 0, max: 72 * HOUR_MS }), (situation, waitMs) => {
      const sooner = allowedAt({ ...fine, ...situation });
      const later = allowedAt({ ...fine, ...situation, nowMs: situation.nowMs + waitMs });
      expect(later).toBeGreaterThanOrEqual(sooner);
    }),
    { numRuns: 200 },
  );
});
