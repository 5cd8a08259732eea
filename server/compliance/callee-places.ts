import { timeZonesOfPhone } from "#server/accounts/phone-number.ts";
import { US_STATES, type UsState } from "#server/compliance/us-states.ts";

/** Where a person may be when the phone rings. */
export type CalleePlace = {
  /** IANA. */
  timeZone: string;
  /** USPS abbreviation; null outside the USA, or unknown. */
  state: string | null;
};

const ZIP_CODE = /^(\d{3})\d{2}(-\d{4})?$/;
const AMERICAN_NUMBER = /^\+1(\d{3})\d{7}$/;

/** The state of a ZIP code; null for what is no ZIP code of one state. */
export function stateOfZip(postalCode: string): string | null {
  const [, prefix] = ZIP_CODE.exec(postalCode.trim()) ?? [];
  if (prefix === undefined) return null;
  const covers = ({ zipPrefixes }: UsState) =>
    zipPrefixes.some(([first, last]) => first <= Number(prefix) && Number(prefix) <= last);
  return US_STATES.find(covers)?.code ?? null;
}

/**
 * Every place that a call must be legal in [CO10]. A person who gave a ZIP code is where they say: their zone, under the law of the ZIP code's state.
 * Otherwise the number counts as well: all states and zones of its area code, beside the zone that they gave.
 * @param where `timeZone` (IANA) and `postalCode` as the person gave them, their number as E.164
 */
export async function calleePlaces(where: {
  postalCode: string;
  timeZone: string;
  e164: string;
}): Promise<CalleePlace[]> {
  const { postalCode, timeZone, e164 } = where;
  const state = stateOfZip(postalCode);
  if (state !== null) return [{ timeZone, state }];
  const [, areaCode] = AMERICAN_NUMBER.exec(e164) ?? [];
  const states = US_STATES.filter((one) => areaCode !== undefined && one.areaCodes.includes(areaCode));
  const ofNumber =
    states.length > 0
      ? states.flatMap((one) => one.timeZones.map((zone) => ({ timeZone: zone, state: one.code })))
      : (await timeZonesOfPhone(e164)).map((zone) => ({ timeZone: zone, state: null }));
  return [{ timeZone, state: null }, ...ofNumber];
}
