import { HELP_REASONS, type HelpReason } from "#shared/call/help-need.ts";

/** Why a call needs somebody, in words; the same on the tile and read aloud. */
const HELP_WORDS: Record<HelpReason, string> = {
  personAsked: "Caller asked for a person",
  flagged: "Flagged",
  streamLost: "Sound is lost, connecting again",
  optedOut: "Asked not to be called again",
  stuck: "Agent keeps repeating itself",
  unhappy: "Caller is unhappy",
  toolsFailed: "Agent's tools fail",
  slow: "Answers are slow",
  interrupted: "Caller keeps interrupting",
  nearLimit: "In its last minute",
};

/** The heaviest in full, then how many more there are. */
export function helpSentence(reasons: readonly HelpReason[], flag: string | null): string {
  const [first, ...more] = reasons;
  if (first === undefined) return "";
  const words = first === "flagged" && flag !== null ? flag : HELP_WORDS[first];
  return more.length === 0 ? words : `${words}, and ${more.length} more`;
}

/** All of them, heaviest first, for who wants to know. */
export const helpDetail = (reasons: readonly HelpReason[]): string =>
  reasons
    .toSorted((a, b) => HELP_REASONS[b] - HELP_REASONS[a])
    .map((reason) => HELP_WORDS[reason])
    .join(". ");
