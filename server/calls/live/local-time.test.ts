import {
  DAY_PATTERN,
  instantOf,
  spokenTime,
  startOfDay,
  WHEN_PATTERN,
} from "#server/calls/live/local-time.ts";
import { expect, test } from "vitest";

const ZONE = "America/New_York";
/** Tuesday, 10 in the morning there. */
const NOW = Date.parse("2026-11-24T15:00:00Z");
const at = (when: string, zone = ZONE) => {
  const instant = instantOf(when, NOW, zone);
  return instant === null ? null : new Date(instant).toISOString();
};

test.each([
  ["today 15:30", "2026-11-24T20:30:00.000Z"],
  ["tomorrow 09:00", "2026-11-25T14:00:00.000Z"],
  ["thursday 10:00", "2026-11-26T15:00:00.000Z"],
  ["monday 10:00", "2026-11-30T15:00:00.000Z"],
  ["tuesday 10:00", "2026-12-01T15:00:00.000Z"],
  ["2026-12-24T10:00", "2026-12-24T15:00:00.000Z"],
  ["2027-03-14 02:30", "2027-03-14T07:30:00.000Z"],
  ["in 20 minutes", "2026-11-24T15:20:00.000Z"],
  ["in 2 hours", "2026-11-24T17:00:00.000Z"],
  ["2026-02-30 10:00", null],
])("“%s” is understood on the person's clock", (when, instant) => {
  expect(when).toMatch(WHEN_PATTERN);
  expect(at(when)).toBe(instant);
});

test.each([
  "10:00",
  "someday 10:00",
  "tomorrow",
  "tomorrow 24:00",
  "+12125550123",
  "in 9999 hours",
  "today 10:00 x",
])("“%s” is not a time", (when) => {
  expect(when).not.toMatch(WHEN_PATTERN);
});

test("days and times are said as people say them", () => {
  expect("friday").toMatch(DAY_PATTERN);
  expect("fridays").not.toMatch(DAY_PATTERN);
  expect(startOfDay("tomorrow", NOW, ZONE)).toBe(Date.parse("2026-11-25T05:00:00Z"));
  expect(startOfDay("2026-13-01", NOW, ZONE)).toBeNull();
  expect(spokenTime(NOW, ZONE)).toBe("Tuesday, November 24 at 10 AM");
  expect(spokenTime(NOW, "Asia/Kolkata")).toBe("Tuesday, November 24 at 8:30 PM");
});
