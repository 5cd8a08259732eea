import type { Category, Urgency } from "#shared/lead.ts";

/** What can be said about a lead without asking anybody: used at once, and kept when the analyst can't be reached. */
export type RuledLead = { category: Category; urgency: Urgency; summary: string };

const CATEGORY_WORDS: Record<Exclude<Category, "other">, RegExp> = {
  roofing: /\b(roof\w*|shingles?|gutters?|skylights?|chimneys?)\b/g,
  plumbing:
    /\b(plumb\w*|pipes?|leak\w*|water|drip\w*|ceilings?|flood\w*|faucets?|taps?|toilets?|drains?|sinks?|sewers?|water heaters?)\b/g,
  electrical:
    /\b(electric\w*|wiring|outlets?|sockets?|breakers?|fuses?|sparks?|ev charger|light switch\w*)\b/g,
  heating:
    /\b(heat(ing|er|ers|pump)?|heat pumps?|furnaces?|boilers?|radiators?|hvac|air condition\w*|thermostats?)\b/g,
  cleaning: /\b(clean\w*|maids?|housekeep\w*|carpets?|windows washed|deep clean|tid(y|ying))\b/g,
  moving: /\b(mov(e|ing|ers)|relocat\w*|pack(ing|ers)|truck|haul\w*|new (flat|apartment))\b/g,
  legal: /\b(lawyers?|attorneys?|legal\w*|wills?|divorce|contracts?|landlords?|sued?|custody|court)\b/g,
  dental: /\b(dent(al|ist|ists|ures?)|tooth\w*|teeth|crowns?|gums?|braces|cavit(y|ies)|molars?)\b/g,
};

const NOW_WORDS =
  /\b(urgent\w*|emergenc(y|ies)|asap|immediately|right (now|away)|today|tonight|flood\w*|burst|sparks?|no heat(ing)?|bleeding|unbearable)\b/;
const WEEK_WORDS =
  /\b(this week|tomorrow|soon|in (a few|two|three) days|by (monday|tuesday|wednesday|thursday|friday|saturday|sunday))\b/;

const SUMMARY_CHARACTERS = 160;

/** Counts the words of each category; the most named one wins, the earlier in the list on a tie, `other` when none is named. */
export function classifyByRules(description: string): RuledLead {
  const text = description.toLowerCase();
  let category: Category = "other";
  let most = 0;
  for (const name of categoryNames) {
    const count = text.match(CATEGORY_WORDS[name])?.length ?? 0;
    if (count > most) [category, most] = [name, count];
  }
  return { category, urgency: urgencyOf(text), summary: summaryOf(description) };
}

const categoryNames = Object.keys(CATEGORY_WORDS) as Exclude<Category, "other">[];

function urgencyOf(text: string): Urgency {
  if (NOW_WORDS.test(text)) return "now";
  return WEEK_WORDS.test(text) ? "this_week" : "flexible";
}

/** The first sentence, cut at a word. */
function summaryOf(description: string): string {
  const flat = description.replaceAll(/\s+/g, " ").trim();
  const [sentence = flat] = flat.split(/(?<=[.!?])\s/);
  if (sentence.length <= SUMMARY_CHARACTERS) return sentence;
  const cut = sentence.slice(0, SUMMARY_CHARACTERS);
  const lastSpace = cut.lastIndexOf(" ");
  return `${lastSpace > 0 ? cut.slice(0, lastSpace) : cut}…`;
}
