import { type CallbackPlanParts, firstFree, planSlots } from "#server/booking/callback-plan.ts";
import { overlap } from "#server/booking/slots.ts";
import { hourRules } from "#server/compliance/state-hours.ts";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONES = ["America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe"];
const QUIET = { startHour: 20, endHour: 9 };
const at = (iso: string) => Date.parse(iso);
const local = (ms: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
const rulesIn = (timeZone: string, state: string | null = null) => hourRules([{ timeZone, state }], QUIET);

const clockTime = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:00`);
const minutes = fc.oneof(
  fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-06-30T00:00Z") }),
  fc
    .tuple(
      fc.constantFrom("2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z"),
      fc.integer({ min: -48 * HOUR_MS, max: 48 * HOUR_MS }),
    )
    .map(([change, offset]) => at(change) + offset),
);

test("[BK10] [BK11] whatever zones, hours, clock changes and bookings: each hour once, offered or explained by an independent clock", () => {
  const world = fc.record({
    business: fc.constantFrom(...ZONES),
    callee: fc.constantFrom(...ZONES),
    opens: clockTime,
    closes: clockTime,
    nowMs: minutes,
    aheadMs: fc.integer({ min: -DAY_MS, max: 61 * DAY_MS }),
    takenAfterMs: fc.array(fc.integer({ min: 0, max: 3 * DAY_MS }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(world, ({ business, callee, opens, closes, nowMs, aheadMs, takenAfterMs }) => {
      const fromMs = nowMs + aheadMs;
      const range = { fromMs, untilMs: fromMs + 2 * DAY_MS };
      const taken = takenAfterMs.map((ms) => ({ startAt: fromMs + ms, endAt: fromMs + ms + 900_000 }));
      const horizonMs = nowMs + 60 * DAY_MS;
      const opening = { timeZone: business, hours: { opens, closes } };
      const plan = { opening, rules: rulesIn(callee), taken, nowMs, horizonMs };
      const { slots, closed } = planSlots(plan, range);
      const starts = [...slots, ...closed].map((one) => one.startAt);
      expect(new Set(starts).size).toBe(starts.length);
      expect(starts.length).toBeGreaterThanOrEqual(46);
      for (const slot of slots) {
        const theirs = local(slot.startAt, callee).hour;
        const ours = local(slot.startAt, business).hour;
        const [from, to] = [Number(opens.slice(0, 2)), Number(closes.slice(0, 2))];
        expect(theirs >= 9 && theirs < 20).toBe(true);
        expect(from < to ? ours >= from && ours < to : ours >= from || ours < to).toBe(true);
        expect(taken.some((other) => overlap(slot, other))).toBe(false);
        expect(slot.startAt >= nowMs && slot.startAt < horizonMs).toBe(true);
      }
      for (const { startAt, reason } of closed) {
        const hour = local(startAt, callee).hour;
        expect(reason === "past").toBe(startAt < nowMs);
        expect(reason === "too_far").toBe(startAt >= horizonMs);
        if (reason === "quiet_hours") expect(hour >= 9 && hour < 20).toBe(false);
        if (reason === "taken") {
          expect(taken.some((other) => overlap({ startAt, endAt: startAt + HOUR_MS }, other))).toBe(true);
        }
      }
      const first = firstFree(plan, fromMs);
      if (slots[0] !== undefined) expect(first).toBe(slots[0].startAt);
      else if (first !== null) expect(first).toBeGreaterThanOrEqual(range.untilMs);
    }),
    { numRuns: 150 },
  );
});

const eightToFive: CallbackPlanParts = {
  opening: { timeZone: "America/New_York", hours: { opens: "08:00", closes: "17:00" } },
  rules: rulesIn("America/Los_Angeles", "CA"),
  taken: [{ startAt: at("2026-11-24T18:15Z"), endAt: at("2026-11-24T18:30Z") }],
  nowMs: at("2026-11-24T17:30Z"),
  horizonMs: at("2026-11-24T17:30Z") + 60 * DAY_MS,
};

test("[BK11] each reason: business in New York, consumer in California, half past nine there", () => {
  const day = { fromMs: at("2026-11-24T15:00Z"), untilMs: at("2026-11-25T00:00Z") };
  const { slots, closed } = planSlots(eightToFive, day);
  const hour = (startAt: number) => new Date(startAt).getUTCHours();
  expect(slots.map(({ startAt }) => hour(startAt))).toEqual([19, 20, 21]);
  expect(closed.map(({ startAt, reason }) => [hour(startAt), reason])).toEqual([
    [15, "past"],
    [16, "past"],
    [17, "past"],
    [18, "taken"],
    [22, "business_closed"],
    [23, "business_closed"],
  ]);
  const morning = { fromMs: at("2026-11-25T13:00Z"), untilMs: at("2026-11-25T18:00Z") };
  expect(planSlots(eightToFive, morning).closed.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 4 }, () => "quiet_hours"),
  );
});

test("[BK11] hours that never meet have no free slot, however far one looks", () => {
  const never = { ...eightToFive, rules: rulesIn("Australia/Sydney") };
  expect(
    firstFree({ ...never, opening: { ...never.opening, hours: { opens: "09:00", closes: "12:00" } } }, 0),
  ).toBeNull();
});

test("[BK10] no Sundays in a state without them", () => {
  const sunday = { fromMs: at("2026-11-29T05:00Z"), untilMs: at("2026-11-30T05:00Z") };
  const plan = { ...eightToFive, rules: rulesIn("America/New_York", "AL") };
  expect(planSlots(plan, sunday).slots).toEqual([]);
  expect(firstFree(plan, sunday.fromMs)).toBe(at("2026-11-30T14:00Z"));
});
