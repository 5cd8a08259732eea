import type { CalleePlace } from "#server/compliance/callee-places.ts";
import { type HourRule, nextLegalInstant, type QuietHours } from "#server/compliance/quiet-hours.ts";

/** When somebody may be called, on their own clock: from `fromHour:00` (included) to `toHour:00` (excluded). */
type CallingHours = { fromHour: number; toHour: number; sundays: boolean };

/**
 * 47 CFR 64.1200(c)(1): no telephone solicitation before 8 a.m. or after 9 p.m., local time at the called party's location. Kept for
 * everybody, wherever they live: it is the least that a person may expect.
 */
const FEDERAL_HOURS: CallingHours = { fromHour: 8, toHour: 21, sundays: true };

/**
 * States whose law is tighter than the federal rule, by USPS abbreviation; a state that is missing has the federal hours.
 *
 * Sources are secondary (a provider's table of calling hours by state of November 2025; for Washington a dialler vendor's notice to its
 * customers): check them against the statutes before dialling for real. As of 2026-11-23.
 */
const STATE_HOURS: Readonly<Record<string, CallingHours>> = {
  AL: { fromHour: 8, toHour: 20, sundays: false },
  CT: { fromHour: 9, toHour: 20, sundays: true },
  FL: { fromHour: 8, toHour: 20, sundays: true },
  KY: { fromHour: 10, toHour: 21, sundays: true },
  LA: { fromHour: 8, toHour: 20, sundays: false },
  MA: { fromHour: 8, toHour: 20, sundays: true },
  MD: { fromHour: 8, toHour: 20, sundays: true },
  MS: { fromHour: 8, toHour: 20, sundays: false },
  NV: { fromHour: 9, toHour: 20, sundays: true },
  OK: { fromHour: 8, toHour: 20, sundays: true },
  RI: { fromHour: 8, toHour: 18, sundays: true },
  WA: { fromHour: 8, toHour: 20, sundays: true },
};

/** States with hours of their own, for whoever has to show or to test them. */
export const STATES_WITH_HOURS: readonly string[] = Object.keys(STATE_HOURS);

const quietOf = ({ fromHour, toHour }: CallingHours) => ({ startHour: toHour, endHour: fromHour });

/**
 * Every rule about the time of day that a call to these places must keep: the operator's hours, the federal ones, the state's. The order
 * decides which of several that forbid is named. `off` leaves none [CO2].
 */
export function hourRules(places: readonly CalleePlace[], quietHours: QuietHours): HourRule[] {
  if (quietHours === "off") return [];
  const zones = [...new Set(places.map((place) => place.timeZone))];
  return [
    ...zones.map((timeZone): HourRule => ({ id: "quietHours", timeZone, quiet: quietHours })),
    ...zones.map((timeZone): HourRule => ({ id: "federalHours", timeZone, quiet: quietOf(FEDERAL_HOURS) })),
    ...places.flatMap(stateRules),
  ];
}

function stateRules({ timeZone, state }: CalleePlace): HourRule[] {
  const hours = state === null ? undefined : STATE_HOURS[state];
  if (hours === undefined) return [];
  const own: HourRule = { id: "stateHours", timeZone, quiet: quietOf(hours) };
  return hours.sundays ? [own] : [own, { id: "stateSundays", timeZone, quiet: "sundays" }];
}

/** The first instant (ms) at or after `atMs` that the hours of all places allow; null when there is none. */
export function legalCallingInstant(
  places: readonly CalleePlace[],
  quietHours: QuietHours,
  atMs: number,
): number | null {
  return nextLegalInstant(atMs, hourRules(places, quietHours))?.getTime() ?? null;
}
