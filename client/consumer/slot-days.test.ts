import {
  closestTo,
  dayOf,
  daysFrom,
  dayWords,
  onDay,
  slotText,
  weekAt,
  weekOf,
} from "#client/consumer/slot-days.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const slot = (startsAt: string) => ({
  startsAt,
  endsAt: new Date(Date.parse(startsAt) + 1_800_000).toISOString(),
});

test("[UI11] a slot belongs to the day of the zone it is shown in", () => {
  const late = slot("2026-12-09T04:30:00.000Z");
  expect(dayOf(late.startsAt, "America/New_York")).toBe("2026-12-08");
  expect(onDay([late], "2026-12-08", "America/New_York")).toEqual([late]);
  expect(onDay([late], "2026-12-09", "Europe/Berlin")).toEqual([late]);
});

test("[UI11] a week has seven days, also when the clocks change", () => {
  const autumn = ["10-29", "10-30", "10-31", "11-01", "11-02", "11-03", "11-04"];
  expect(daysFrom("2026-10-29", 7)).toEqual(autumn.map((day) => `2026-${day}`));
  expect(daysFrom("2026-12-31", 2)).toEqual(["2026-12-31", "2027-01-01"]);
  expect(dayWords("2026-12-08")).toEqual({ weekday: "Tue", date: "8", month: "Dec", whole: "Tue, Dec 8" });
});

test("[UI11] a time is shown on the clock of its zone", () => {
  expect(slotText("2026-12-08T14:30:00.000Z", "America/New_York")).toBe("9:30 AM");
  expect(slotText("2026-12-08T09:30:00-05:00", "Europe/Berlin")).toBe("3:30 PM");
});

test("[UI11] every day of every week is asked for as a whole, at any hour and through changes of the clocks", () => {
  const zones = fc.constantFrom("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland");
  const instants = fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2027-12-31") });
  fc.assert(
    fc.property(zones, instants, fc.integer({ min: 0, max: 8 }), (zone, todayMs, index) => {
      const { from, days, shown } = weekAt(index, todayMs, zone);
      const asked = daysFrom(dayOf(from, zone), days);
      expect(shown).toHaveLength(7);
      // The day of `from` itself is asked for from that hour on only; today nothing earlier is left.
      const whole = index === 0 ? asked : asked.slice(1);
      for (const day of shown) expect(whole).toContain(day);
    }),
  );
});

test("[UI11] late in the evening, with clocks that are put forward before that week, no day is left out", () => {
  const { from, days, shown } = weekAt(5, 1_770_177_600_000, "America/New_York");
  expect(daysFrom(dayOf(from, "America/New_York"), days).slice(1)).toEqual(expect.arrayContaining(shown));
});

test("[UI11] the week of the next free time is found", () => {
  const todayMs = Date.parse("2026-12-08T22:00:00Z");
  const week = (instant: string) => weekOf(instant, todayMs, "America/New_York");
  expect([week("2026-12-08T23:00:00Z"), week("2026-12-15T04:00:00Z")]).toEqual([0, 0]);
  expect([week("2026-12-15T14:00:00Z"), week("2026-12-22T14:00:00Z")]).toEqual([1, 2]);
});

test("[UI11] the closest times to one that is gone, in the order of the clock", () => {
  const times = ["09:00", "10:00", "11:00", "15:00"].map((time) => slot(`2026-12-08T${time}:00.000Z`));
  const [nine, ten, eleven] = times;
  expect(closestTo("2026-12-08T10:00:00.000Z", times, 2)).toEqual([nine, eleven]);
  expect(closestTo("2026-12-08T09:30:00.000Z", times, 3)).toEqual([nine, ten, eleven]);
  expect(closestTo("2026-12-08T09:00:00.000Z", [], 3)).toEqual([]);
});
