import { CALLS } from "#client/calls/copy.ts";
import { instantOf, localTimeOf } from "#client/ui/local-time.ts";

type AskedTime = { ok: true; instant: string } | { ok: false; problem: string };

/** What a `datetime-local` field holds, in the device's zone, as an instant that is still to come. */
export function askedTime(localTime: string, nowMs: number): AskedTime {
  const instant = instantOf(localTime);
  if (instant === null) return { ok: false, problem: CALLS.timeMissing };
  // A time that the clocks jump over would silently become another one.
  if (!localTime.startsWith(localTimeOf(instant))) return { ok: false, problem: CALLS.timeSkipped };
  if (Date.parse(instant) <= nowMs) return { ok: false, problem: CALLS.timePast };
  return { ok: true, instant };
}
