import { stateOfZip } from "#server/compliance/callee-places.ts";
import { forbiddenBy, nextLegalInstant, type QuietHours } from "#server/compliance/quiet-hours.ts";
import { hourRules } from "#server/compliance/state-hours.ts";

/** Where a demo consumer may live: numbers that belong to nobody, their zone, a postal code. */
export type DemoPlace = {
  city: string;
  timeZone: string;
  postalCode: string;
  /** E.164 without the line. */
  prefix: string;
  /** Lines 0 to 10^lineDigits - 1 follow the prefix. */
  lineDigits: 2 | 3;
};

/** North America keeps 555-0100 to 555-0199 of every area code for fiction. Each area code here lies in one zone only. */
const fiction = (areaCode: number, city: string, timeZone: string, postalCode: string): DemoPlace => ({
  city,
  timeZone,
  postalCode,
  prefix: `+1${areaCode}55501`,
  lineDigits: 2,
});

const AT_HOME: readonly DemoPlace[] = [
  fiction(212, "New York", "America/New_York", "10001"),
  fiction(312, "Chicago", "America/Chicago", "60601"),
  fiction(303, "Denver", "America/Denver", "80202"),
  fiction(310, "Los Angeles", "America/Los_Angeles", "90012"),
  fiction(617, "Boston", "America/New_York", "02108"),
  fiction(713, "Houston", "America/Chicago", "77002"),
  fiction(602, "Phoenix", "America/Phoenix", "85004"),
  fiction(206, "Seattle", "America/Los_Angeles", "98101"),
  fiction(404, "Atlanta", "America/New_York", "30303"),
  fiction(214, "Dallas", "America/Chicago", "75201"),
  fiction(505, "Albuquerque", "America/Denver", "87102"),
  fiction(415, "San Francisco", "America/Los_Angeles", "94103"),
  fiction(215, "Philadelphia", "America/New_York", "19103"),
  fiction(504, "New Orleans", "America/Chicago", "70112"),
  fiction(503, "Portland", "America/Los_Angeles", "97204"),
  fiction(808, "Honolulu", "Pacific/Honolulu", "96813"),
  fiction(671, "Hagåtña", "Pacific/Guam", "96910"),
];

/** For the hours in which all of +1 sleeps: the ranges that Ofcom and the ACMA keep for drama. */
const ABROAD: readonly DemoPlace[] = [
  { city: "London", timeZone: "Europe/London", postalCode: "SW1A", prefix: "+442079460", lineDigits: 3 },
  { city: "Sydney", timeZone: "Australia/Sydney", postalCode: "2000", prefix: "+61255500", lineDigits: 3 },
];

export const DEMO_PLACES: readonly DemoPlace[] = [...AT_HOME, ...ABROAD];

/** A call that is asked for now may still wait and ring in a while. */
const MARGIN_MS = 20 * 60_000;

/**
 * The places whose people may be called now and in the next 20 minutes, in order of preference: those at home, then those abroad. When the
 * operator's hours leave nobody, the place whose hours begin first: its call is then scheduled by the same rule as any other.
 */
export function callablePlaces(nowMs: number, quietHours: QuietHours): DemoPlace[][] {
  const legal = (place: DemoPlace) => {
    const rules = rulesAt(place, quietHours);
    return forbiddenBy(nowMs, rules) === null && forbiddenBy(nowMs + MARGIN_MS, rules) === null;
  };
  const callable = [AT_HOME.filter(legal), ABROAD.filter(legal)].filter((places) => places.length > 0);
  return callable.length > 0 ? callable : [firstToWake(nowMs, quietHours)];
}

/** The rules that the gate will hold a call to this place to. */
export const rulesAt = ({ timeZone, postalCode }: DemoPlace, quietHours: QuietHours) =>
  hourRules([{ timeZone, state: stateOfZip(postalCode) }], quietHours);

/** None when the operator's hours and the law leave no hour anywhere. */
function firstToWake(nowMs: number, quietHours: QuietHours): DemoPlace[] {
  const waking = DEMO_PLACES.flatMap((place) => {
    const at = nextLegalInstant(nowMs, rulesAt(place, quietHours));
    return at === null ? [] : [{ place, atMs: at.getTime() }];
  });
  return waking
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(0, 1)
    .map(({ place }) => place);
}

/** All numbers of a place that end in one digit, lowest first. */
export function numbersEndingIn(place: DemoPlace, digit: number): string[] {
  const tens = 10 ** (place.lineDigits - 1);
  return Array.from({ length: tens }, (_, ten) => {
    return place.prefix + String(ten * 10 + digit).padStart(place.lineDigits, "0");
  });
}
