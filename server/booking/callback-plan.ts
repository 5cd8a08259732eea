import { freeSlots, type Opening, overlap, type Slot } from "#server/booking/slots.ts";
import { forbiddenBy, type HourRule } from "#server/compliance/quiet-hours.ts";
import type { SlotRefusal } from "#shared/contract/booking.ts";

const DAY_MS = 24 * 3_600_000;
/** The first free slot is looked for in pieces of this many days. */
const SEARCH_DAYS = 7;
/** Every hour of the day, for the slots that have to be explained. */
const ALL_DAY = { opens: "00:00", closes: "00:00" };

export type CallbackPlanParts = {
  opening: Opening;
  /** The hours that the person's places allow. */
  rules: readonly HourRule[];
  /** What the business has already promised. */
  taken: readonly Slot[];
  nowMs: number;
  /** Nothing is booked at or after this. */
  horizonMs: number;
};

type Range = { fromMs: number; untilMs: number };

/** Every slot that begins in the range: offered, or why it is not [BK10, BK11]. Pure. @throws RangeError for an unknown zone */
export function planSlots(
  parts: CallbackPlanParts,
  range: Range,
): { slots: Slot[]; closed: { startAt: number; reason: SlotRefusal }[] } {
  const open = new Set(slotsIn(parts.opening, range).map((slot) => slot.startAt));
  const { timeZone } = parts.opening;
  const judged = slotsIn({ timeZone, hours: ALL_DAY }, range).map((slot) => ({
    slot,
    reason: refusalOf(slot, open.has(slot.startAt), parts),
  }));
  return {
    slots: judged.flatMap(({ slot, reason }) => (reason === null ? [slot] : [])),
    closed: judged.flatMap(({ slot: { startAt }, reason }) => (reason === null ? [] : [{ startAt, reason }])),
  };
}

/** The first slot at or after `fromMs` that can be had; null: none before the horizon. */
export function firstFree(parts: CallbackPlanParts, fromMs: number): number | null {
  for (let atMs = Math.max(fromMs, parts.nowMs); atMs < parts.horizonMs; atMs += SEARCH_DAYS * DAY_MS) {
    const untilMs = Math.min(atMs + SEARCH_DAYS * DAY_MS, parts.horizonMs);
    const found = slotsIn(parts.opening, { fromMs: atMs, untilMs }).find(
      (slot) => refusalOf(slot, true, parts) === null,
    );
    if (found !== undefined) return found.startAt;
  }
  return null;
}

function slotsIn(opening: Opening, { fromMs, untilMs }: Range): Slot[] {
  const days = Math.ceil((untilMs - fromMs) / DAY_MS) + 1;
  return freeSlots(opening, { fromMs, days }, []).filter(({ startAt }) => startAt < untilMs);
}

function refusalOf(slot: Slot, isOpen: boolean, parts: CallbackPlanParts): SlotRefusal | null {
  if (slot.startAt < parts.nowMs) return "past";
  if (slot.startAt >= parts.horizonMs) return "too_far";
  if (forbiddenBy(slot.startAt, parts.rules) !== null) return "quiet_hours";
  if (!isOpen) return "business_closed";
  return parts.taken.some((other) => overlap(slot, other)) ? "taken" : null;
}
