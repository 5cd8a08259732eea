import { mayDial, type DialFacts } from "#server/compliance/may-dial.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const NOON_IN_NEW_YORK = Date.parse("2026-05-04T16:00Z");
const fine: DialFacts = {
  nowMs: NOON_IN_NEW_YORK,
  timeZone: "America/New_York",
  quietHours: { startHour: 20, endHour: 9 },
  suppressed: false,
  aiConsent: true,
  attemptsLast24h: 2,
  maxAttemptsPer24h: 3,
};
const HOUR_MS = 3_600_000;

test("[CO1] all in order: the call may ring", () => {
  expect(mayDial(fine)).toEqual({ kind: "allow" });
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

test("[CO3] what is allowed from an instant is allowed at that instant", () => {
  const facts = fc.record({
    nowMs: fc.integer({ min: Date.parse("2026-01-01T00:00Z"), max: Date.parse("2027-12-31T00:00Z") }),
    timeZone: fc.constantFrom(
      "America/New_York",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
    ),
    quietHours: fc.constantFrom({ startHour: 20, endHour: 9 }, { startHour: 1, endHour: 5 }),
    attemptsLast24h: fc.integer({ min: 0, max: 4 }),
    waitMs: fc.integer({ min: 1, max: 24 * HOUR_MS }),
  });
  fc.assert(
    fc.property(facts, ({ waitMs, ...some }) => {
      const asked = { ...fine, ...some, attemptFreeAtMs: some.nowMs + waitMs };
      const verdict = mayDial(asked);
      if (verdict.kind !== "allowedFrom") return;
      const later = { ...asked, nowMs: verdict.at.getTime(), attemptsLast24h: 0 };
      expect(mayDial(later)).toEqual({ kind: "allow" });
    }),
    { numRuns: 200 },
  );
});
