import { Temporal } from "temporal-polyfill";

/** From `startHour:00` (included) to `endHour:00` (excluded); a start after the end wraps over midnight. */
type Hours = { startHour: number; endHour: number };

/**
 * The operator's hours of the day in which nobody is called, on the callee's own clock. `"off"` disables every time-of-day rule.
 */
export type QuietHours = Hours | "off";

/** One rule about the time of day: when it is quiet, on the clock of one zone. */
export type HourRule = {
  id: "quietHours" | "federalHours" | "stateHours" | "stateSundays";
  /** IANA. */
  timeZone: string;
  quiet: Hours | "sundays";
};

const HOURS_PATTERN = /^(\d{1,2})-(\d{1,2})$/;
const SUNDAY = 7;
/** Days around now whose ends of quiet are tried; the further ones only when the near ones are all quiet. The second week is for hours that meet on no day of the first. */
const NEAR_DAYS = [0, 1, 2];
const FAR_DAYS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];

/**
 * Reads `"20-9"` (quiet from 20:00 to 9:00) or `"off"`. Hours are whole, 0 to 23, and differ.
 * @throws RangeError with a sentence for the operator
 */
export function parseQuietHours(text: string): QuietHours {
  if (text.trim() === "off") return "off";
  const [, start, end] = HOURS_PATTERN.exec(text.trim()) ?? [];
  const hours = { startHour: Number(start), endHour: Number(end) };
  const known = hours.startHour <= 23 && hours.endHour <= 23 && hours.startHour !== hours.endHour;
  if (!known) throw new RangeError('Quiet hours look like "20-9" (two different hours, 0 to 23) or "off".');
  return hours;
}

function isQuietHour(hour: number, { startHour, endHour }: Hours): boolean {
  if (startHour < endHour) return startHour <= hour && hour < endHour;
  return hour >= startHour || hour < endHour;
}

function isQuiet(local: Temporal.ZonedDateTime, quiet: HourRule["quiet"]): boolean {
  return quiet === "sundays" ? local.dayOfWeek === SUNDAY : isQuietHour(local.hour, quiet);
}

/** The first of the rules that forbids a call at this instant; null when none does. @throws RangeError for an unknown zone */
export function forbiddenBy(atMs: number, rules: readonly HourRule[]): HourRule["id"] | null {
  const locals = new Map<string, Temporal.ZonedDateTime>();
  for (const { id, timeZone, quiet } of rules) {
    const local = locals.get(timeZone) ?? localAt(atMs, timeZone);
    locals.set(timeZone, local);
    if (isQuiet(local, quiet)) return id;
  }
  return null;
}

const localAt = (atMs: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);

/**
 * The first instant at or after `nowMs` that no rule forbids; null when there is none in two weeks. Quiet turns into legal only where some rule's local clock
 * passes its `endHour:00` (midnight after a Sunday) or where a zone's clock is moved, so those instants are tried in order; a gap that swallows
 * `endHour:00` ends the quiet at its own edge.
 * @throws RangeError for an unknown zone
 */
export function nextLegalInstant(nowMs: number, rules: readonly HourRule[]): Date | null {
  if (forbiddenBy(nowMs, rules) === null) return new Date(nowMs);
  const isLegal = (atMs: number) => atMs >= nowMs && forbiddenBy(atMs, rules) === null;
  for (const days of [NEAR_DAYS, FAR_DAYS]) {
    const first = candidates(nowMs, rules, days).find(isLegal);
    if (first !== undefined) return new Date(first);
  }
  return null;
}

/** In order, each once. */
function candidates(nowMs: number, rules: readonly HourRule[], days: readonly number[]): number[] {
  const all = rules.flatMap(({ timeZone, quiet }) => {
    const now = localAt(nowMs, timeZone);
    return [...endsOfQuiet(now, quiet === "sundays" ? 0 : quiet.endHour, days), ...clockChanges(now)];
  });
  return [...new Set(all)].toSorted((a, b) => a - b);
}

/** When the local clock shows `hour:00` on these days from now: twice on a day whose clock repeats that hour. */
function endsOfQuiet(now: Temporal.ZonedDateTime, hour: number, days: readonly number[]): number[] {
  const today = now.toPlainDate().toPlainDateTime({ hour });
  return days.flatMap((distance) =>
    (["earlier", "later"] as const).map((disambiguation) => {
      const end = today.add({ days: distance }).toZonedDateTime(now.timeZoneId, { disambiguation });
      return end.epochMilliseconds;
    }),
  );
}

function clockChanges(now: Temporal.ZonedDateTime): number[] {
  const next = now.getTimeZoneTransition("next");
  return next === null ? [] : [next.epochMilliseconds];
}
