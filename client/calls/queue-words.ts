import { spanText } from "#client/ui/format.ts";
import type { CallPlace } from "#shared/contract/call-request.ts";

const ORDINAL = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIX: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

const ordinal = (value: number): string => `${value}${SUFFIX[ORDINAL.select(value)] ?? "th"}`;

const WHO = {
  consumer: { is: "You are", call: "Your call", keeps: "your place is kept" },
  staff: { is: "It is", call: "The call", keeps: "its place is kept" },
} as const;

/** "You are 3rd in line, about 6 minutes." Rounded up, so that nobody is promised less than they wait. */
export function placeText(
  { queuePosition, estimatedWaitSeconds, dialingPaused }: CallPlace,
  audience: keyof typeof WHO,
): string {
  const { is, call, keeps } = WHO[audience];
  const wait = waitText(estimatedWaitSeconds);
  if (queuePosition === null) return `${call} begins in ${wait}.`;
  const place = `${is} ${ordinal(queuePosition)} in line`;
  return dialingPaused ? `${place}. Calling is paused at the moment; ${keeps}.` : `${place}, ${wait}.`;
}

function waitText(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 1) return "less than a minute";
  return `about ${minutes} minutes`;
}

/** "updated 4 s ago" */
export const ageText = ({ at }: CallPlace, nowMs: number): string =>
  `updated ${spanText(nowMs - Date.parse(at))} ago`;

/** A number of ours as phones show it: "+1 (646) 555-0122"; one of elsewhere stays as it is. */
export const numberText = (e164: string): string =>
  e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 ($1) $2-$3");
