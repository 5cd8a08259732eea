import {
  forbiddenBy,
  type HourRule,
  nextLegalInstant,
  parseQuietHours,
} from "#server/compliance/quiet-hours.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Whole, half and three-quarter hour zones; north, south and no daylight saving; a half-hour change; a change at midnight. */
const ZONES = [
  "America/New_York",
  "America/Los_Angeles",
  "America/Phoenix",
  "Pacific/Honolulu",
  "Pacific/Guam",
  "Europe/London",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Australia/Adelaide",
  "America/St_Johns",
  "America/Havana",
  "Africa/Cairo",
];
const MINUTE_MS = 60_000;
const DEFAULT = { startHour: 20, endHour: 9 };
/** One rule on one clock. */
const only = (timeZone: string, quiet: HourRule["quiet"]): HourRule[] => [
  { id: "quietHours", timeZone, quiet },
];
const at = (iso: string) => Date.parse(iso);

/** An oracle that shares nothing with the code: the local hour as Intl prints it. */
function localHour(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  return Number(format.format(atMs));
}

const isQuietBy = (hour: number, { startHour, endHour }: { startHour: number; endHour: number }) =>
  startHour < endHour ? hour >= startHour && hour < endHour : hour >= startHour || hour < endHour;

const hourPairs = fc
  .record({ startHour: fc.integer({ min: 0, max: 23 }), endHour: fc.integer({ min: 0, max: 23 }) })
  .filter(({ startHour, endHour }) => startHour !== endHour);
/** Any minute of 2026 and 2027, and minutes around the clock changes of the zones above. */
const changes = [
  "2026-03-08T10:00Z",
  "2026-11-01T09:00Z",
  "2026-03-29T01:00Z",
  "2026-10-25T01:00Z",
  "2026-04-04T15:00Z",
  "2026-10-03T15:30Z",
  "2026-04-23T22:00Z",
];
const minutes = fc.oneof(
  fc.integer({ min: at("2026-01-01T00:00Z") / MINUTE_MS, max: at("2027-12-31T00:00Z") / MINUTE_MS }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * 60, max: 36 * 60 }))
    .map(([change, offset]) => at(change) / MINUTE_MS + offset),
);

test("[CO2] the default reads 20-9; off disables; anything else says what to write", () => {
  expect(parseQuietHours("20-9")).toEqual({ startHour: 20, endHour: 9 });
  expect(parseQuietHours(" 1-06 ")).toEqual({ startHour: 1, endHour: 6 });
  expect(parseQuietHours("off")).toBe("off");
  for (const text of ["", "20", "9-9", "20-24", "24-9", "20:00-9:00", "-1-9", "8.5-9", "on"]) {
    expect(() => parseQuietHours(text)).toThrow(RangeError);
  }
});

test("[CO2] without a rule every instant is legal at once", () => {
  expect(nextLegalInstant(at("2026-05-01T03:00Z"), [])).toEqual(new Date("2026-05-01T03:00Z"));
});

test("[CO3] [CO11] no Sundays: the first instant of Monday, also where the clock skips midnight", () => {
  expect(nextLegalInstant(at("2026-11-22T15:00Z"), only("America/Chicago", "sundays"))).toEqual(
    new Date("2026-11-23T06:00Z"),
  );
  expect(forbiddenBy(at("2026-11-23T05:59:59.999Z"), only("America/Chicago", "sundays"))).toBe("quietHours");
  // 2025-04-25 began at 1:00 in Cairo; the Sunday after it ends as usual.
  expect(nextLegalInstant(at("2025-04-27T12:00Z"), only("Africa/Cairo", "sundays"))).toEqual(
    new Date("2025-04-27T21:00Z"),
  );
});

test("[CO11] rules that leave no hour together: null, not a guess", () => {
  const rules = [...only("Europe/London", DEFAULT), ...only("Australia/Sydney", DEFAULT)];
  expect(nextLegalInstant(at("2026-01-10T12:00Z"), rules)).toBeNull();
});

describe("[CO3] the first legal instant", () => {
  test.each<[string, string, { startHour: number; endHour: number }, string, string]>([
    ["in the evening is next morning", "America/New_York", DEFAULT, "2026-01-10T01:30Z", "2026-01-10T14:00Z"],
    ["at the first quiet millisecond", "America/New_York", DEFAULT, "2026-01-10T01:00Z", "2026-01-10T14:00Z"],
    [
      "just before quiet is now",
      "America/New_York",
      DEFAULT,
      "2026-01-10T00:59:59.999Z",
      "2026-01-10T00:59:59.999Z",
    ],
    ["at 9:00 sharp is now", "Asia/Kolkata", DEFAULT, "2026-01-10T03:30Z", "2026-01-10T03:30Z"],
    ["in a half-hour zone", "Asia/Kolkata", DEFAULT, "2026-01-10T03:29Z", "2026-01-10T03:30Z"],
    [
      "with hours that do not wrap",
      "Europe/London",
      { startHour: 12, endHour: 14 },
      "2026-01-10T12:30Z",
      "2026-01-10T14:00Z",
    ],
    [
      "the night the clock springs forward",
      "America/New_York",
      DEFAULT,
      "2026-03-08T04:00Z",
      "2026-03-08T13:00Z",
    ],
    ["the night the clock falls back", "America/New_York", DEFAULT, "2026-11-01T03:00Z", "2026-11-01T14:00Z"],
    [
      "when the gap swallows the end of quiet",
      "America/New_York",
      { startHour: 22, endHour: 2 },
      "2026-03-08T06:30Z",
      "2026-03-08T07:00Z",
    ],
    [
      "when the gap swallows half of an hour",
      "Australia/Lord_Howe",
      { startHour: 22, endHour: 2 },
      "2026-10-03T15:15Z",
      "2026-10-03T15:30Z",
    ],
    [
      "the first of two ends of quiet",
      "America/New_York",
      { startHour: 22, endHour: 1 },
      "2026-11-01T04:30Z",
      "2026-11-01T05:00Z",
    ],
    [
      "on the second pass of a repeated hour is still quiet",
      "America/New_York",
      { startHour: 22, endHour: 2 },
      "2026-11-01T05:30Z",
      "2026-11-01T07:00Z",
    ],
    [
      "when midnight itself does not exist",
      "Africa/Cairo",
      { startHour: 20, endHour: 0 },
      "2026-04-23T21:00Z",
      "2026-04-23T22:00Z",
    ],
  ])("%s", (_, timeZone, quietHours, now, expected) => {
    expect(nextLegalInstant(at(now), only(timeZone, quietHours))).toEqual(new Date(expected));
  });

  test("is legal by an independent clock, not before now, and no earlier minute is legal", () => {
    fc.assert(
      fc.property(minutes, fc.constantFrom(...ZONES), hourPairs, (minute, timeZone, quietHours) => {
        const nowMs = minute * MINUTE_MS;
        const foundMs = nextLegalInstant(nowMs, only(timeZone, quietHours))?.getTime() ?? Number.NaN;
        expect(isQuietBy(localHour(foundMs, timeZone), quietHours)).toBe(false);
        expect(foundMs).toBeGreaterThanOrEqual(nowMs);
        for (let earlierMs = nowMs; earlierMs < foundMs; earlierMs += 15 * MINUTE_MS) {
          expect(isQuietBy(localHour(earlierMs, timeZone), quietHours)).toBe(true);
        }
        if (foundMs > nowMs) expect(forbiddenBy(foundMs - 1, only(timeZone, quietHours))).toBe("quietHours");
      }),
      { numRuns: 300 },
    );
  });
});

test("an unknown zone throws instead of guessing", () => {
  expect(() => forbiddenBy(0, only("Mars/Olympus", DEFAULT))).toThrow(RangeError);
});
