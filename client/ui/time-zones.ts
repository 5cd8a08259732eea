import { deviceTimeZone } from "#client/ui/format.ts";

type ZoneOption = { value: string; label: string };

/** All zones the browser knows, with the given one among them even when its name is an older one. */
export function timeZoneOptions(current: string): ZoneOption[] {
  const known = Intl.supportedValuesOf("timeZone");
  const names = [...new Set([deviceTimeZone(), current, ...known])].toSorted();
  return names.map((value) => ({ value, label: value.replaceAll("_", " ") }));
}
