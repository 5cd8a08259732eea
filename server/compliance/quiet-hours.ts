import { Temporal } from "temporal-polyfill";

/**
 * Hours of the day in which nobody is called, on the callee's own clock: from `startHour:00` (included) to `endHour:00` (excluded). A start
 * after the end wraps over midnight. `"off"` disables every time-of-day rule.
 */
export type QuietHours = { startHour: number; endHour: number } | "off";

const HOURS_PATTERN = /^(\d{1,2})-(\d{1,2})$/;

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

function isQuietHour(hour: number, { startHour, endHour }: Exclude<QuietHours, "off">): boolean {
  if (startHour < endHour) return startHour <= hour && hour < endHour;
  return hour >= startHour || hour < endHour;
}

/** Whether a call may ring at this instant, by the callee's clock alone. @throws RangeError for an unknown zone */
export function isLegalInstant(atMs: number, timeZone: string, quietHours: QuietHours): boolean {
  if (quietHours === "off") return true;
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  return !isQuietHour(local.hour, quietHours);
}

/**
 * The first legal instant at or after `nowMs`. Quiet turns into legal only where the local clock passes `endHour:00` or where the zone's
 * clock is moved, so those instants are tried in order; a gap that swallows `endHour:00` ends the quiet at its own edge.
 * @throws RangeError for an unknown zone
 */
export function nextLegalInstant(nowMs: number, timeZone: string, quietHours: QuietHours): Date {
  if (quietHours === "off" || isLegalInstant(nowMs, timeZone, quietHours)) return new Date(nowMs);
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone);
  const first = [...endsOfQuiet(now, quietHours.endHour), ...clockChanges(now)]
    .toSorted((a, b) => a - b)
    .find((atMs) => atMs >= nowMs && isLegalInstant(atMs, timeZone, quietHours));
  if (first === undefined) throw new RangeError("No legal instant was found in three days.");
  return new Date(first);
}

/** When the local clock shows `hour:00` around now: twice on a day whose clock repeats that hour. One spare day for zones that skipped a date. */
function endsOfQuiet(now: Temporal.ZonedDateTime, hour: number): number[] {
  const today = now.toPlainDate().toPlainDateTime({ hour });
  return [0, 1, 2].flatMap((days) =>
    (["earlier", "later"] as const).map((disambiguation) => {
      const end = today.add({ days }).toZonedDateTime(now.timeZoneId, { disambiguation });
      return end.epochMilliseconds;
    }),
  );
}

function clockChanges(now: Temporal.ZonedDateTime): number[] {
  const next = now.getTimeZoneTransition("next");
  return next === null ? [] : [next.epochMilliseconds];
}
