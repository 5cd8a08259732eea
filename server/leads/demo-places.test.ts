import { readPhoneNumber, timeZoneOfPhone } from "#server/accounts/phone-number.ts";
import { forbiddenBy, nextLegalInstant, type QuietHours } from "#server/compliance/quiet-hours.ts";
import { callablePlaces, DEMO_PLACES, numbersEndingIn, rulesAt } from "#server/leads/demo-places.ts";
import { postalCodeSchema, timeZoneSchema } from "#shared/lead.ts";
import type { CountryCode } from "libphonenumber-js/max";
import { expect, test } from "vitest";

const DEFAULT: QuietHours = { startHour: 20, endHour: 9 };
const MINUTE_MS = 60_000;
const COUNTRIES: CountryCode[] = ["US", "GU", "GB", "AU"];

test.each(DEMO_PLACES)("[DE2] numbers of $city are valid, and lie in the zone of the lead", async (place) => {
  expect(timeZoneSchema.parse(place.timeZone)).toBe(place.timeZone);
  expect(postalCodeSchema.parse(place.postalCode)).toBe(place.postalCode);
  for (let digit = 0; digit <= 9; digit++) {
    const numbers = numbersEndingIn(place, digit);
    expect(new Set(numbers).size).toBe(10 ** (place.lineDigits - 1));
    for (const e164 of numbers) {
      expect(readPhoneNumber(e164, COUNTRIES).number).toBe(e164);
      expect(e164.endsWith(String(digit))).toBe(true);
    }
  }
  const [first = ""] = numbersEndingIn(place, 0);
  expect(await timeZoneOfPhone(readPhoneNumber(first, COUNTRIES))).toBe(place.timeZone);
});

test("[DE1] at every time of the year there is somebody to call, now and in 20 minutes", () => {
  const start = Date.parse("2026-01-01T00:00Z");
  const days = [0, 66, 67, 87, 88, 93, 94, 180, 276, 277, 298, 305, 306, 364];
  for (const day of days) {
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      const nowMs = start + (day * 24 * 60 + minute) * MINUTE_MS;
      const places = callablePlaces(nowMs, DEFAULT).flat();
      expect(places.length).toBeGreaterThan(0);
      for (const rules of places.map((place) => rulesAt(place, DEFAULT))) {
        expect(forbiddenBy(nowMs, rules)).toBeNull();
        expect(forbiddenBy(nowMs + 20 * MINUTE_MS, rules)).toBeNull();
      }
    }
  }
});

test("[DE1] people at home come first", () => {
  const cities = (iso: string) =>
    callablePlaces(Date.parse(iso), DEFAULT).map((equal) => equal.map((place) => place.city));
  expect(cities("2026-01-10T20:00Z")).toHaveLength(1);
  expect(cities("2026-01-10T04:00Z")).toEqual([["Honolulu", "Hagåtña"], ["Sydney"]]);
  expect(cities("2026-01-10T11:00Z")).toEqual([["London"]]);
});

test("[DE1] hours that leave nobody: the place that wakes first", () => {
  const narrow: QuietHours = { startHour: 13, endHour: 12 };
  const nowMs = Date.parse("2026-01-10T09:30Z");
  const [place, ...others] = callablePlaces(nowMs, narrow).flat();
  expect(others).toEqual([]);
  const wakes = DEMO_PLACES.map((each) => nextLegalInstant(nowMs, rulesAt(each, narrow))?.getTime() ?? 0);
  expect(wakes[place === undefined ? -1 : DEMO_PLACES.indexOf(place)]).toBe(Math.min(...wakes));
});

test("[DE1] nobody is called on a Sunday where the state forbids it", () => {
  const cities = callablePlaces(Date.parse("2026-11-22T18:00Z"), DEFAULT)
    .flat()
    .map((place) => place.city);
  expect(cities).toContain("Houston");
  expect(cities).not.toContain("New Orleans");
});
