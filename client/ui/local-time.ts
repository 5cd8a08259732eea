const MINUTE_MS = 60_000;
const MINUTES_LENGTH = "2026-12-08T09:30".length;

/** The instant of a `datetime-local` value, in the device's zone; null when it is incomplete. */
export function instantOf(localTime: string): string | null {
  const instant = new Date(localTime);
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString();
}

/** The `datetime-local` value of an instant, in the device's zone, rounded up to the next full minute. */
export function localTimeOf(iso: string): string {
  const ms = Math.ceil(Date.parse(iso) / MINUTE_MS) * MINUTE_MS;
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, MINUTES_LENGTH);
}
