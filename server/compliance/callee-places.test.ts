import { calleePlaces, stateOfZip } from "#server/compliance/callee-places.ts";
import { STATES_WITH_HOURS } from "#server/compliance/state-hours.ts";
import { US_STATES } from "#server/compliance/us-states.ts";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { expect, test } from "vitest";

test.each([
  ["10001", "NY"],
  ["33101-1234", "FL"],
  [" 98101 ", "WA"],
  ["02108", "MA"],
  ["02903", "RI"],
  ["00901", "PR"],
  ["70112", "LA"],
  ["09012", null],
  ["2000", null],
  ["SW1A", null],
  ["M5V 2T6", null],
  ["123456", null],
])("[CO10] the state of %s is %s", (postalCode, state) => {
  expect(stateOfZip(postalCode)).toBe(state);
});

test("[CO10] no ZIP prefix and no area code belongs to two states, and every rule is one of a state", () => {
  const prefixes = US_STATES.flatMap(({ zipPrefixes }) =>
    zipPrefixes.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    ),
  );
  expect(new Set(prefixes).size).toBe(prefixes.length);
  const areaCodes = US_STATES.flatMap((state) => state.areaCodes);
  expect(new Set(areaCodes).size).toBe(areaCodes.length);
  const codes = US_STATES.map((state) => state.code);
  expect(STATES_WITH_HOURS.filter((code) => !codes.includes(code))).toEqual([]);
});

test("[CO10] every American area code that the phone library knows has its state", () => {
  const known = new Set(US_STATES.flatMap((state) => state.areaCodes));
  const missing = Array.from({ length: 800 }, (_, index) => String(index + 200)).filter((areaCode) => {
    const number = parsePhoneNumberFromString(`+1${areaCode}5550123`);
    const isLand =
      number?.country === "US" && number.isValid() && number.getType() === "FIXED_LINE_OR_MOBILE";
    return isLand && !known.has(areaCode);
  });
  expect(missing).toEqual([]);
});

test("[CO10] with a ZIP code: the zone they gave, under the law of the ZIP code's state", async () => {
  const where = { postalCode: "70112", timeZone: "America/Chicago", e164: "+12125550123" };
  expect(await calleePlaces(where)).toEqual([{ timeZone: "America/Chicago", state: "LA" }]);
});

test("[CO10] without one: every zone and state of the number's area code, and the zone they gave", async () => {
  const where = { postalCode: "unknown", timeZone: "Europe/London", e164: "+18505550123" };
  expect(await calleePlaces(where)).toEqual([
    { timeZone: "Europe/London", state: null },
    { timeZone: "America/New_York", state: "FL" },
    { timeZone: "America/Chicago", state: "FL" },
  ]);
});

test("[CO10] a number from abroad has its zones and no state", async () => {
  const where = { postalCode: "M5V 2T6", timeZone: "America/Halifax", e164: "+14165550123" };
  expect(await calleePlaces(where)).toEqual([
    { timeZone: "America/Halifax", state: null },
    { timeZone: "America/Toronto", state: null },
  ]);
});
