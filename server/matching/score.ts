import type { BusinessProfile } from "#shared/business.ts";
import type { Category, Urgency } from "#shared/lead.ts";
import { Temporal } from "temporal-polyfill";

export type ScoredLead = {
  category: Category;
  urgency: Urgency;
  postalCode: string;
  timeZone: string;
  budgetCents: number | null;
  /** Hours are compared as the clocks stood then. */
  createdAt: Date;
};

export type ScoredBusiness = Pick<
  BusinessProfile,
  "categories" | "postalCodes" | "timeZone" | "hours" | "typicalPriceCents"
>;

/** `score` 0 to 100, 0 exactly when the business does not serve the lead; `reasons` say where the points come from, most points first; both sides read them. */
export type Score = { score: number; reasons: string[] };

type Part = { points: number; reason: string };

const POINTS = { category: 35, area: 25, hours: 12, focus: 8, capacity: 8, price: 7, urgency: 5 };
/** A business that serves every area is further away, on average, than one that names this one. */
const EVERYWHERE_POINTS = 10;
/** The consumer's waking day, in which they can talk to a business. */
const DAY = { fromMinute: 9 * 60, toMinute: 20 * 60 };
const STEP_MINUTES = 15;
/** So many shared hours are as good as any more. */
const ENOUGH_MINUTES = 8 * 60;

/** A business with so many calls that are not over takes no more for now. */
const FULL_AT_CALLS = 10;

/**
 * How well a business fits a lead. Pure; naming a longer area, opening longer, offering less else, fewer open calls and lower prices never
 * lower the score, and neither does a higher budget.
 */
export function scoreMatch(lead: ScoredLead, business: ScoredBusiness, openCalls: number): Score {
  const area = areaPart(lead.postalCode, business.postalCodes);
  if (area === null || !business.categories.includes(lead.category)) return { score: 0, reasons: [] };
  const parts = [
    {
      points: POINTS.category,
      reason: `Offers ${lead.category === "other" ? "help of other kinds" : lead.category}`,
    },
    area,
    hoursPart(lead, business),
    focusPart(business.categories.length),
    capacityPart(openCalls),
    pricePart(lead.budgetCents, business.typicalPriceCents),
    urgencyPart(lead, business),
  ].filter((part) => part.points > 0);
  const score = Math.round(parts.reduce((sum, part) => sum + part.points, 0));
  return { score, reasons: parts.toSorted((a, b) => b.points - a.points).map((part) => part.reason) };
}

/** Postal codes are compared by their letters and digits alone, as `Businesses.findServing` does. */
const plainCode = (code: string) => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");

function areaPart(postalCode: string, postalCodes: string[]): Part | null {
  const areas = postalCodes.map(plainCode).filter((area) => area !== "");
  if (areas.length === 0) return { points: EVERYWHERE_POINTS, reason: "Serves every area" };
  const code = plainCode(postalCode);
  const covering = areas.filter((area) => code.startsWith(area));
  const longest = Math.max(0, ...covering.map((area) => area.length));
  if (longest === 0) return null;
  const named = longest === code.length;
  const points = EVERYWHERE_POINTS + (POINTS.area - EVERYWHERE_POINTS) * (longest / code.length);
  return { points, reason: named ? `Serves ${code}` : `Serves the area ${code.slice(0, longest)}…` };
}

function hoursPart(lead: ScoredLead, business: ScoredBusiness): Part {
  const aheadMinutes =
    offsetMinutes(lead.createdAt, business.timeZone) - offsetMinutes(lead.createdAt, lead.timeZone);
  let sharedMinutes = 0;
  for (let minute = DAY.fromMinute; minute < DAY.toMinute; minute += STEP_MINUTES) {
    if (isOpen(business.hours, minute + aheadMinutes)) sharedMinutes += STEP_MINUTES;
  }
  const share = Math.min(1, sharedMinutes / ENOUGH_MINUTES);
  const reason = share === 1 ? "Open through the day there" : "Open for part of the day there";
  return { points: POINTS.hours * share, reason };
}

function focusPart(categoryCount: number): Part {
  const points = categoryCount === 1 ? POINTS.focus : categoryCount <= 3 ? POINTS.focus * 0.6 : 0;
  return { points, reason: categoryCount === 1 ? "Does nothing else" : "Does little else" };
}

function capacityPart(openCalls: number): Part {
  const share = Math.max(0, 1 - openCalls / FULL_AT_CALLS);
  return {
    points: POINTS.capacity * share,
    reason: share === 1 ? "Had nobody waiting" : "Had time for more",
  };
}

/** Who names no budget fits every price; a business that names no price may be too dear. */
function pricePart(budgetCents: number | null, price: BusinessProfile["typicalPriceCents"]): Part {
  if (budgetCents === null) return { points: POINTS.price, reason: "There is no budget to keep" };
  if (price === null || budgetCents < price.low) return { points: 0, reason: "" };
  if (budgetCents >= price.high)
    return { points: POINTS.price, reason: "Its usual prices are within the budget" };
  const share = (budgetCents - price.low) / (price.high - price.low);
  return { points: POINTS.price * (0.3 + 0.7 * share), reason: "Its prices begin within the budget" };
}

function urgencyPart(lead: ScoredLead, business: ScoredBusiness): Part {
  if (lead.urgency !== "now") return { points: POINTS.urgency, reason: "There is no hurry" };
  const local = Temporal.Instant.fromEpochMilliseconds(lead.createdAt.getTime()).toZonedDateTimeISO(
    business.timeZone,
  );
  const open = isOpen(business.hours, local.hour * 60 + local.minute);
  return { points: open ? POINTS.urgency : 0, reason: "Was open when the request came" };
}

/** Whether the business is open at a minute of its day; hours that close before they open go over midnight, equal ones are all day. */
function isOpen(hours: BusinessProfile["hours"], minute: number): boolean {
  const minuteOfDay = ((minute % 1440) + 1440) % 1440;
  const opens = minutesOf(hours.opens);
  const closes = minutesOf(hours.closes);
  if (opens < closes) return opens <= minuteOfDay && minuteOfDay < closes;
  return minuteOfDay >= opens || minuteOfDay < closes;
}

function minutesOf(clockTime: string): number {
  const [hours = 0, minutes = 0] = clockTime.split(":").map(Number);
  return hours * 60 + minutes;
}

function offsetMinutes(at: Date, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  return local.offsetNanoseconds / 60_000_000_000;
}
