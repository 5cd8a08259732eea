import { spokenQuestion } from "#server/sandbox/voice-model/mind/briefing.ts";

/** What a whisper of the business makes the agent say: something it asks, or something it tells. */
export function whisperedWords(note: string): string {
  const wish = note
    .replace(/^[^:?]{0,120}:\s+/, "")
    .replaceAll('"', "")
    .trim();
  if (wish.endsWith("?") || /^(please )?(ask|find out|check|confirm)\b/i.test(wish)) {
    return `One more thing. ${spokenQuestion(wish)}`;
  }
  const told = wish.replace(
    /^(please )?(tell|say|mention|offer|let)( to)?( (them|him|her|the (customer|caller|consumer)))?( know)?( that)? /i,
    "",
  );
  return `I should also mention: ${told.replace(/[.\s]+$/, "")}.`;
}

/** A whisper that asks needs no further question. */
export const isQuestion = (words: string): boolean => words.endsWith("?");

/** Words to be said to the letter; null when none are ordered. */
export function exactWords(instructions: string | null): string | null {
  const quoted = /Say exactly these words and nothing else:\s*"([\s\S]*)"/.exec(instructions ?? "")?.[1];
  return quoted?.replaceAll('\\"', '"') ?? null;
}
