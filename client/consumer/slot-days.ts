import type { OfferedSlots } from "#shared/contract/booking.ts";

export type Slot = OfferedSlots["slots"][number];

/** What the page shows at once. */
const WEEK_DAYS = 7;

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
/** Clocks that are put forward meanwhile make a late hour of one day an early one of the next. */
const CLOCK_CHANGE_MS = 2 * HOUR_MS;

/** The day of an instant on the clocks of a zone, like "2026-12-08". */
export const dayOf = (instant: string | number, timeZone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date(instant));

/** So many days from this one on; a day is a name here, not 24 hours, so that no change of clocks can lose one. */
export function daysFrom(day: string, count: number): string[] {
  const startMs = Date.parse(`${day}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => dayOf(startMs + index * DAY_MS, "UTC"));
}

/** "Tue", "8", "Dec" and "Tue, Dec 8" of a day. */
export function dayWords(day: string): { weekday: string; date: string; month: string; whole: string } {
  const instant = new Date(`${day}T00:00:00Z`);
  const words = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }).format(instant);
  return {
    weekday: words({ weekday: "short" }),
    date: words({ day: "numeric" }),
    month: words({ month: "short" }),
    whole: words({ weekday: "short", month: "short", day: "numeric" }),
  };
}

/** "9:30 AM" */
export const slotText = (startsAt: string, timeZone: string): string =>
  new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", minute: "2-digit" }).format(
    new Date(startsAt),
  );

/** Those of one day, in the zone in which they are shown. */
export const onDay = <Timed extends { startsAt: string }>(
  slots: readonly Timed[],
  day: string,
  timeZone: string,
): Timed[] => slots.filter(({ startsAt }) => dayOf(startsAt, timeZone) === day);

/** The nearest to an instant that is gone, in the order of the clock. */
export function closestTo(startsAt: string, slots: readonly Slot[], count: number): Slot[] {
  const goneMs = Date.parse(startsAt);
  const away = (slot: Slot) => Math.abs(Date.parse(slot.startsAt) - goneMs);
  return slots
    .filter((slot) => slot.startsAt !== startsAt)
    .toSorted((one, other) => away(one) - away(other))
    .slice(0, count)
    .toSorted((one, other) => Date.parse(one.startsAt) - Date.parse(other.startsAt));
}

type Week = { from: string; days: number; shown: string[] };

/**
 * A week of days from today on, and what to ask the server for so that each of them is whole: later weeks begin more than a day early, since "in
 * seven days" is some hour of a day.
 */
export function weekAt(index: number, todayMs: number, timeZone: string): Week {
  const shown = daysFrom(dayOf(todayMs, timeZone), WEEK_DAYS * (index + 1)).slice(-WEEK_DAYS);
  const isFirst = index === 0;
  const fromMs = isFirst ? todayMs : todayMs + (WEEK_DAYS * index - 1) * DAY_MS - CLOCK_CHANGE_MS;
  return { from: new Date(fromMs).toISOString(), days: isFirst ? WEEK_DAYS : WEEK_DAYS + 2, shown };
}

/** Which week of the page an instant is in. */
export function weekOf(instant: string, todayMs: number, timeZone: string): number {
  const dayMs = (at: string | number) => Date.parse(`${dayOf(at, timeZone)}T00:00:00Z`);
  return Math.max(0, Math.floor((dayMs(instant) - dayMs(todayMs)) / (WEEK_DAYS * DAY_MS)));
}
