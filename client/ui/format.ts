const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A running timer: "02:41", with hours "1:02:41". */
export function timerText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** A length of time in words: "8 s", "3 min", "2 h", "4 d". */
export function spanText(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** "620 ms", from a second on "1.1 s". */
export function latencyText(ms: number): string {
  return ms < SECOND_MS ? `${Math.round(ms)} ms` : `${(ms / SECOND_MS).toFixed(1)} s`;
}

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const fineDollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 3,
});

/** US cents as dollars; below ten cents three decimals, so that small parts of a cost do not vanish. */
export function moneyText(cents: number): string {
  if (cents > 0 && cents < 0.05) return "under $0.001";
  return (cents > 0 && cents < 10 ? fineDollars : dollars).format(cents / 100);
}

const wholeDollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 0,
});

/** US cents of something that people think of in whole dollars, such as a budget: "$400". */
export const wholeMoneyText = (cents: number): string => wholeDollars.format(cents / 100);

/** An instant as a clock time, with the day when it is not today; in the given zone or the device's. */
export function instantText(iso: string, nowMs: number, timeZone?: string): string {
  const text = agreedTimeText(iso, nowMs, timeZone);
  return text.replace(/ today$/, "");
}

/** The same for a time that people rely on: always with its day, and with its year when it is another one. */
export function agreedTimeText(iso: string, nowMs: number, timeZone?: string): string {
  const instant = new Date(iso);
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = (date: Date | number) => new Intl.DateTimeFormat("en-CA", zone).format(date);
  const time = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", ...zone }).format(
    instant,
  );
  if (day(instant) === day(nowMs)) return `${time} today`;
  if (day(instant) === day(nowMs + DAY_MS)) return `${time} tomorrow`;
  const year = (date: Date | number) => day(date).slice(0, "2026".length);
  const date = new Intl.DateTimeFormat("en-US", {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(year(instant) !== year(nowMs) && { year: "numeric" }),
    ...zone,
  }).format(instant);
  return `${date}, ${time}`;
}

/** "New York" of America/New_York. */
export function cityOf(timeZone: string): string {
  return (timeZone.split("/").at(-1) ?? timeZone).replaceAll("_", " ");
}

export const deviceTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "1 call", "2 calls". */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Milliseconds since an instant, never below zero. */
export function sinceMs(iso: string, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(iso));
}
