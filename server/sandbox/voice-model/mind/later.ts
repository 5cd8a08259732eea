import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

const WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
/** "Call me back tomorrow at ten": a wish for another call, not only that now is bad. */
const LATER = new RegExp(
  `\\b(?:call|ring|phone)(?: me)?(?: back)?(?: again)? (?:later|another time|tomorrow|next week|(?:on |this |next )?${WEEKDAY}|this (?:afternoon|evening)|at \\w+|in (?:an?|one|two|three|half an|\\d+) (?:hours?|minutes?))`,
  "i",
);
const NUMBERS = [
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const MORNING = 10;
const AFTERNOON = 14;
const EVENING = 18;
const NOON = 12;
/** Nobody means four in the morning when they say "at four". */
const FIRST_HOUR = 8;

export type Later = {
  /** When they want to be called; null when they did not say so. */
  readonly wish: string | null;
  /** What the tool said; null when it was not asked. */
  readonly outcome: { readonly planned: string | null } | null;
};

export function laterIn(lines: readonly Line[]): Later {
  let wish: string | null = null;
  let outcome: Later["outcome"] = null;
  for (const line of lines) {
    if (line.by === "caller" && LATER.test(line.text)) wish = line.text;
    if (line.by === "result" && line.name === "call_later") {
      outcome = { planned: /^A call is planned: (.+?)\. /.exec(line.output)?.[1] ?? null };
    }
  }
  return { wish, outcome };
}

function numberOf(word: string): number {
  const digits = Number.parseInt(word, 10);
  return Number.isNaN(digits) ? NUMBERS.indexOf(word) + 1 : digits;
}

function hourOf(said: string): number {
  const [, word = "", half = ""] = /\bat (\w+)(?: ?(a\.?m|p\.?m|o'clock|in the \w+))?/.exec(said) ?? [];
  const hour = numberOf(word);
  if (hour > 0 && hour <= NOON) {
    const isLate = /p\.?m|afternoon|evening/.test(half) || (!/a\.?m|morning/.test(half) && hour < FIRST_HOUR);
    return (hour % NOON) + (isLate || hour === NOON ? NOON : 0);
  }
  if (/evening|tonight/.test(said)) return EVENING;
  return /afternoon/.test(said) ? AFTERNOON : MORNING;
}

/** The wish as the tool takes it, such as "thursday 10:00". Without a day it is tomorrow. */
export function whenOf(wish: string): string {
  const said = wish.toLowerCase();
  const [, amount, unit] = /\bin (an?|one|two|three|half an|\d+) (hour|minute)/.exec(said) ?? [];
  if (amount === "half an") return "in 30 minutes";
  if (amount !== undefined) return `in ${numberOf(amount) || 1} ${unit}s`;
  const day =
    new RegExp(WEEKDAY).exec(said)?.[0] ?? (/this (afternoon|evening)/.test(said) ? "today" : "tomorrow");
  return `${day} ${String(hourOf(said)).padStart(2, "0")}:00`;
}
