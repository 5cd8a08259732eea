import { Temporal } from "temporal-polyfill";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MINUTE_MS = 60_000;

/** How a day may be named by the model, which need not know the date: a word or an ISO date. */
export const DAY_WORDS = ["today", "tomorrow", ...WEEKDAYS] as const;
const DAY = `(?:${DAY_WORDS.join("|")}|\\d{4}-\\d\\d-\\d\\d)`;
export const DAY_PATTERN = new RegExp(`^${DAY}$`);
/** A day and a time of day on the person's clock, or a distance from now. */
export const WHEN_PATTERN = new RegExp(
  `^(?:${DAY}[ T]([01]\\d|2[0-3]):[0-5]\\d|in \\d{1,3} (?:minutes|hours))$`,
);

const here = (nowMs: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone);

/** A weekday is the next one of that name, today's own name in a week. Null for a date that does not exist. */
function dayOf(day: string, today: Temporal.PlainDate): Temporal.PlainDate | null {
  if (day === "today") return today;
  if (day === "tomorrow") return today.add({ days: 1 });
  const weekday = WEEKDAYS.indexOf(day) + 1;
  if (weekday > 0) return today.add({ days: ((weekday - today.dayOfWeek + 6) % 7) + 1 });
  try {
    return Temporal.PlainDate.from(day, { overflow: "reject" });
  } catch {
    return null;
  }
}

/** The first instant of a day on this zone's clock. Null for a date that does not exist. */
export function startOfDay(day: string, nowMs: number, timeZone: string): number | null {
  const date = dayOf(day, here(nowMs, timeZone).toPlainDate());
  return date === null ? null : date.toZonedDateTime(timeZone).epochMilliseconds;
}

/**
 * What `when` (see WHEN_PATTERN) means on this zone's clock; a time that a clock change skips is the one after it, of a repeated one the earlier. Null
 * for a date that does not exist.
 */
export function instantOf(when: string, nowMs: number, timeZone: string): number | null {
  const [, amount, unit] = /^in (\d+) (minutes|hours)$/.exec(when) ?? [];
  if (amount !== undefined) return nowMs + Number(amount) * (unit === "hours" ? 60 : 1) * MINUTE_MS;
  const [, day = "", time = ""] = /^(.+)[ T](\d\d:\d\d)$/.exec(when) ?? [];
  const date = dayOf(day, here(nowMs, timeZone).toPlainDate());
  if (date === null) return null;
  return date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
}

/** "Thursday, November 26 at 10 AM", as it is said to somebody who lives in this zone. */
export function spokenTime(atMs: number, timeZone: string): string {
  const day = { weekday: "long", month: "long", day: "numeric" } as const;
  const text = new Intl.DateTimeFormat("en-US", {
    ...day,
    hour: "numeric",
    minute: "2-digit",
    timeZone,
  }).format(atMs);
  return text.replace(/\s/g, " ").replace(/:00 /, " ");
}
