import { freeSlots, handful, overlap } from "#server/booking/slots.ts";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";

const ZONES = [
  "America/New_York",
  "America/Los_Angeles",
  "Europe/London",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "America/St_Johns",
  "Pacific/Apia",
];
const local = (ms: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime();
const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30"))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);

test("[BK1] [BK2] [BK3] whatever zone, date and hours: whole hours inside the opening hours, an hour long, never twice", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.date({ min: new Date("2026-01-01"), max: new Date("2027-12-31"), noInvalidDate: true }),
      clockTime,
      clockTime,
      fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 5 }),
      (timeZone, from, opens, closes, takenAt) => {
        const range = { fromMs: from.getTime(), days: 8 };
        const all = freeSlots({ timeZone, hours: { opens, closes } }, range, []);
        const taken = takenAt.flatMap((index) => all.slice(index, index + 1));
        const free = freeSlots({ timeZone, hours: { opens, closes } }, range, taken);
        expect(free.length + new Set(taken).size).toBe(all.length);
        expect(new Set(all.map(({ startAt }) => local(startAt, timeZone).toString())).size).toBe(all.length);
        for (const [index, slot] of all.entries()) {
          expect(slot.endAt - slot.startAt).toBe(3_600_000);
          expect(slot.startAt).toBeGreaterThanOrEqual(range.fromMs);
          const next = all[index + 1];
          if (next !== undefined) expect(overlap(slot, next)).toBe(false);
          const start = local(slot.startAt, timeZone);
          expect(start.minute).toBe(0);
          const minuteOfDay = start.hour * 60;
          const open = minutes(opens);
          const close = minutes(closes);
          if (open < close) {
            expect(minuteOfDay).toBeGreaterThanOrEqual(open);
            expect(minuteOfDay).toBeLessThan(close);
          } else expect(minuteOfDay >= open || minuteOfDay < close).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});

const starts = (zone: string, from: string, hours: { opens: string; closes: string }) =>
  freeSlots({ timeZone: zone, hours }, { fromMs: Date.parse(from), days: 1 }, []).map(({ startAt }) =>
    new Date(startAt).toISOString(),
  );
const NIGHT = { opens: "00:00", closes: "05:00" };

test("[BK2] an hour that the clock skips is no slot", () => {
  expect(starts("America/New_York", "2026-03-08T05:00:00Z", NIGHT)).toEqual([
    "2026-03-08T05:00:00.000Z",
    "2026-03-08T06:00:00.000Z",
    // 2:00 does not exist.
    "2026-03-08T07:00:00.000Z",
    "2026-03-08T08:00:00.000Z",
  ]);
});

test("[BK2] an hour that the clock repeats is a slot once", () => {
  expect(starts("America/New_York", "2026-11-01T04:00:00Z", NIGHT)).toEqual([
    "2026-11-01T04:00:00.000Z",
    "2026-11-01T05:00:00.000Z",
    // The second 1:00, at 06:00Z, reads like the first.
    "2026-11-01T07:00:00.000Z",
    "2026-11-01T08:00:00.000Z",
    "2026-11-01T09:00:00.000Z",
  ]);
});

test("[BK1] a slot ends before the business closes, and hours over midnight belong to the evening before", () => {
  const day = { opens: "08:30", closes: "11:30" };
  expect(starts("Europe/London", "2026-11-24T00:00:00Z", day)).toEqual([
    "2026-11-24T09:00:00.000Z",
    "2026-11-24T10:00:00.000Z",
  ]);
  const late = { opens: "22:00", closes: "02:00" };
  expect(starts("Europe/London", "2026-11-24T00:30:00Z", late)).toEqual([
    "2026-11-24T01:00:00.000Z",
    "2026-11-24T22:00:00.000Z",
    "2026-11-24T23:00:00.000Z",
    "2026-11-25T00:00:00.000Z",
    "2026-11-25T01:00:00.000Z",
  ]);
});

test("[BK4] a handful: mornings and afternoons of the soonest days, while the person is awake", () => {
  const opening = { timeZone: "America/Chicago", hours: { opens: "07:00", closes: "21:00" } };
  const slots = freeSlots(opening, { fromMs: Date.parse("2026-11-24T20:00:00Z"), days: 14 }, []);
  const offered = handful(slots, "America/Chicago").map(({ startAt }) =>
    local(startAt, "America/Chicago").toString(),
  );
  expect(offered).toEqual([
    "2026-11-24T14:00:00",
    "2026-11-25T08:00:00",
    "2026-11-25T12:00:00",
    "2026-11-26T08:00:00",
    "2026-11-26T12:00:00",
    "2026-11-27T08:00:00",
  ]);
  for (const { startAt } of handful(slots, "Australia/Sydney")) {
    const { hour } = local(startAt, "Australia/Sydney");
    expect(hour).toBeGreaterThanOrEqual(8);
    expect(hour).toBeLessThan(20);
  }
});
