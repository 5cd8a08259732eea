import { maskPhone, readPhoneNumber, timeZoneOfPhone } from "#server/accounts/phone-number.ts";
import { Failure } from "#server/lib/failure.ts";
import { expect, test } from "vitest";

test.each([
  ["(212) 555-0123", "+12125550123"],
  ["+1 212 555 0110", "+12125550110"],
  ["1-604-555-0199", "+16045550199"],
  ["212.555.0147", "+12125550147"],
  ["+12122345678", "+12122345678"],
])("[AC10] %s is %s", (text, e164) => {
  expect(readPhoneNumber(text).number).toBe(e164);
});

test.each([
  ["premium", "+19005551234"],
  ["toll-free", "+18005550123"],
  ["personal", "+15005550006"],
  ["Jamaica, which shares +1", "+18765551234"],
  ["Dominican Republic, which shares +1", "+18095551234"],
  ["Puerto Rico", "+17875551234"],
  ["satellite", "+8816123456"],
  ["satellite", "+870773111632"],
  ["United Kingdom, not on the list", "+442071838750"],
  ["directory assistance", "+12125551212"],
  ["emergency", "911"],
  ["emergency", "+1911"],
  ["no such area", "+15550001234"],
  ["an extension", "+12125550123 ext. 9"],
  ["too long", "+121255501234567"],
  ["words", "call me maybe"],
  ["a web address", "tel:+12125550123;ext=1"],
])("[AC10] %s is refused: %s", (_what, text) => {
  expect(() => readPhoneNumber(text)).toThrow(new Failure("PHONE_INVALID"));
});

test("[AC11] people see only the last four digits", () => {
  expect(maskPhone("+12125550123")).toBe("•••• 0123");
});

test("[AC12] a number of one zone tells it", async () => {
  expect(await timeZoneOfPhone(readPhoneNumber("+12125550110"))).toBe("America/New_York");
  expect(await timeZoneOfPhone(readPhoneNumber("+14805550110"))).toBe("America/Phoenix");
});
