import { Temporal } from "temporal-polyfill";

const SLOT_MS = 3_600_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
/** Nobody is asked to be home earlier or later than this, on their own clock. */
const AWAKE = { fromHour: 8, toHour: 20 };
const NOON = 12;
const MAX_OFFERED = 6;

/** Instants, ms since the epoch; `endAt` is excluded. */
export type Slot = { startAt: number; endAt: number };

export type Opening = {
  /** IANA zone of the business. */
  timeZone: string;
  /** Local times such as "09:00". */
  hours: { opens: string; closes: string };
};

/**
 * Every free slot that begins at or after `fromMs`, on the business's days from today on, in order [BK1–BK3]. Pure. @throws RangeError for an unknown zone
 */
export function freeSlots(
  { timeZone, hours }: Opening,
  range: { fromMs: number; days: number },
  taken: readonly Slot[],
): Slot[] {
  const from = Temporal.Instant.fromEpochMilliseconds(range.fromMs).toZonedDateTimeISO(timeZone);
  const today = from.toPlainDate();
  // Yesterday too: its hours may go on past midnight.
  return Array.from({ length: range.days + 1 }, (_, index) => today.add({ days: index - 1 }))
    .flatMap((day) => slotsOfDay(day, timeZone, hours))
    .filter(({ startAt }) => startAt >= range.fromMs)
    .filter((slot) => !taken.some((other) => overlap(slot, other)));
}

export const overlap = (one: Slot, other: Slot): boolean =>
  one.startAt < other.endAt && other.startAt < one.endAt;

function slotsOfDay(day: Temporal.PlainDate, timeZone: string, hours: Opening["hours"]): Slot[] {
  const opens = minuteOf(hours.opens);
  const closesSameDay = minuteOf(hours.closes);
  const closes = closesSameDay > opens ? closesSameDay : closesSameDay + DAY_MINUTES;
  const midnight = day.toPlainDateTime();
  const slots: Slot[] = [];
  for (let start = Math.ceil(opens / HOUR_MINUTES) * HOUR_MINUTES; start < closes; start += HOUR_MINUTES) {
    const slot = slotAt(midnight.add({ minutes: start }), timeZone);
    if (slot === null) continue;
    const end = Temporal.Instant.fromEpochMilliseconds(slot.endAt).toZonedDateTimeISO(timeZone);
    const isOver =
      Temporal.PlainDateTime.compare(end.toPlainDateTime(), midnight.add({ minutes: closes })) > 0;
    if (!isOver) slots.push(slot);
  }
  return slots;
}

/** Null where the clock skips this time. */
function slotAt(local: Temporal.PlainDateTime, timeZone: string): Slot | null {
  const start = local.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (!start.toPlainDateTime().equals(local)) return null;
  return { startAt: start.epochMilliseconds, endAt: start.epochMilliseconds + SLOT_MS };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * HOUR_MINUTES + minutes;
}

/** A handful to offer to a person who lives in `timeZone` [BK4]. */
export function handful(slots: readonly Slot[], timeZone: string): Slot[] {
  const kept = new Map<string, Slot>();
  for (const slot of slots) {
    const local = Temporal.Instant.fromEpochMilliseconds(slot.startAt).toZonedDateTimeISO(timeZone);
    if (local.hour < AWAKE.fromHour || local.hour >= AWAKE.toHour) continue;
    const half = `${local.toPlainDate().toString()} ${local.hour < NOON ? "morning" : "afternoon"}`;
    if (!kept.has(half)) kept.set(half, slot);
    if (kept.size === MAX_OFFERED) break;
  }
  return [...kept.values()];
}
