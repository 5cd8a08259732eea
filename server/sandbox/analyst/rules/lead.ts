import type { Suggestions } from "#server/sandbox/analyst/fill-schema.ts";

/** Words that speak for a category; a category without an entry is found by its own name only. */
const CATEGORY_WORDS: Readonly<Record<string, RegExp>> = {
  plumbing:
    /\b(plumb\w*|leak\w*|pipes?|taps?|faucets?|sinks?|toilets?|drain\w*|boiler|water heater|shower|bath|burst|sewer|clog\w*|drip\w*|water|ceiling|flood\w*)\b/gi,
  roofing: /\b(roof\w*|shingles?|gutters?|tiles? (came|fell|blew) off|attic|skylight|chimney|flashing)\b/gi,
  electrical:
    /\b(electric\w*|wiring|wires?|sockets?|outlets?|fuse\w*|breakers?|lights?|lighting|panel|power|sparks?|sparking|ev charger)\b/gi,
  heating:
    /\b(heat\w*|furnace|boiler|radiators?|thermostat|hvac|air ?con\w*|a\/c|heat pump|no hot water|freezing|cold)\b/gi,
  cleaning: /\b(clean\w*|carpets?|mop\w*|dust\w*|stains?|windows? washed|maid|housekeep\w*|tidy)\b/gi,
  moving: /\b(mov(e|ing|ers?)|relocat\w*|boxes|furniture|truck|pack(ing|ed)?|storage|removals?)\b/gi,
  legal:
    /\b(legal\w*|lawyers?|attorneys?|solicitors?|contracts?|divorce|custody|lawsuit|sue|sued|court|will and testament|visa|landlord|tenants?)\b/gi,
  dental: /\b(dent\w*|tooth\w*|teeth|gums?|braces|crown|cavity|root canal|implants?|filling|wisdom)\b/gi,
  landscaping: /\b(garden\w*|lawns?|hedges?|trees?|landscap\w*|mow\w*|patio|fence\w*)\b/gi,
  painting: /\b(paint\w*|wallpaper|walls?|ceilings?|decorat\w*)\b/gi,
  pest_control: /\b(pests?|mice|mouse|rats?|ants?|cockroach\w*|termites?|wasps?|bed ?bugs?)\b/gi,
};
const AT_ONCE =
  /\b(emergenc\w*|urgent\w*|immediately|right (now|away)|asap|as soon as possible|today|tonight|flood\w*|burst|sparks?|sparking|smoke|gas smell|severe|unbearable|swollen|no (heat|power|water)|pouring)\b/i;
const SOON =
  /\b(this week|soon|tomorrow|in (a few|two|three|the next few) days|by (monday|tuesday|wednesday|thursday|friday|saturday|sunday|the weekend)|before the weekend|next few days|quickly)\b/i;
/** Names of urgencies, from the most to the least pressing. */
const PRESSING: readonly RegExp[] = [
  /now|emergen|immediate|urgent|critical|today|asap|high/,
  /week|soon|medium|normal|moderate|days/,
  /flex|low|later|month|whenever|planned|none/,
];
const COMMON = new Set(
  "about above after again also although always been before being below between both cannot could does doing down during each every from further have having here hers into itself just like looking main many more most much must need needs only other ours over please really same shall should since some someone somebody something still such than thank thanks that their them then there these they thing things think this those through today under until very want wants was were what when where which while will with would your yours help fixed repair".split(
    " ",
  ),
);
const MAX_KEYWORDS = 6;
const MIN_KEYWORD_CHARACTERS = 4;
const MAX_SUMMARY_CHARACTERS = 160;

function requestOf(message: string): string | null {
  const [, text] = /^\s*Request:\s*([\s\S]+)$/im.exec(message) ?? [];
  // The next line that looks like a field ends the request.
  return text?.split(/\n[A-Z][A-Za-z ]{1,30}: ?/)[0]?.trim() ?? null;
}

function hits(text: string, category: string): number {
  const words =
    CATEGORY_WORDS[category.toLowerCase()] ?? new RegExp(`\\b${category.replace(/\W+/g, ".")}\\w*`, "gi");
  return text.match(words)?.length ?? 0;
}

function chooseCategory(text: string, allowed: readonly string[]): string | undefined {
  const ranked = allowed
    .map((category) => ({ category, score: hits(text, category) }))
    .sort((a, b) => b.score - a.score);
  const [best] = ranked;
  if (best && best.score > 0) return best.category;
  return allowed.find((category) => /other|unknown|general/i.test(category)) ?? best?.category;
}

function chooseUrgency(text: string, allowed: readonly string[]): string | undefined {
  const level = AT_ONCE.test(text) ? 0 : SOON.test(text) ? 1 : 2;
  return allowed.find((name) => PRESSING[level]?.test(name.toLowerCase())) ?? allowed.at(-1);
}

function summaryOf(text: string): string {
  const [first = text] = text.replace(/\s+/g, " ").split(/(?<=[.!?])\s/);
  if (first.length <= MAX_SUMMARY_CHARACTERS) return first;
  return `${first.slice(0, first.lastIndexOf(" ", MAX_SUMMARY_CHARACTERS))} …`;
}

function keywordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z][a-z'-]+/g) ?? [];
  const telling = words.filter((word) => word.length >= MIN_KEYWORD_CHARACTERS && !COMMON.has(word));
  return [...new Set(telling)].slice(0, MAX_KEYWORDS);
}

/** The more words speak for the category, the surer; never wholly. */
function confidenceOf(text: string): number {
  const best = Math.max(...Object.keys(CATEGORY_WORDS).map((category) => hits(text, category)));
  return Math.min(0.95, best === 0 ? 0.3 : 0.55 + best * 0.1);
}

function openQuestionsOf(text: string): string[] {
  const open: [boolean, string][] = [
    [
      !/\b(since|for (a|two|three|several|some)|yesterday|last (night|week)|started|ago|this morning)\b/i.test(
        text,
      ),
      "Since when has this been the case?",
    ],
    [
      !AT_ONCE.test(text) && !SOON.test(text) && !/\b(morning|afternoon|evening|weekend)\b/i.test(text),
      "When would a visit suit?",
    ],
    [
      !/\b(house|home|flat|apartment|office|shop|building|kitchen|bathroom|basement|garage|room)\b/i.test(
        text,
      ),
      "Where exactly is it?",
    ],
    [!/[$£€]|\b(budget|price|cost|quote|estimate)\b/i.test(text), "Is there a budget in mind?"],
  ];
  return open.flatMap(([isOpen, question]) => (isOpen ? [question] : [])).slice(0, 3);
}

/** What a message with a `Request:` says about the lead, or null when there is none. */
export function classifyLead(message: string): Suggestions | null {
  const text = requestOf(message);
  if (text === null) return null;
  return {
    category: { choose: (allowed) => chooseCategory(text, allowed) },
    urgency: { choose: (allowed) => chooseUrgency(text, allowed) },
    summary: { value: summaryOf(text) },
    keywords: { value: keywordsOf(text) },
    confidence: { value: confidenceOf(text) },
    openQuestions: { value: openQuestionsOf(text) },
  };
}
