/**
 * "Do not record me", in whatever words a recogniser makes of it: a verb of stopping or a negation near "record" or "tape", in either order. Errs on
 * the side of the person: a recording that was stopped for nothing is a small loss. The agent has a tool for the same wish, for other wordings.
 */
const NEGATION =
  "(?:do not|don't|dont|not|never|no|stop|quit|end|turn off|switch off|delete|erase|without|rather not|refuse|object)";
const RECORDING = "(?:record(?:ed|ing|ings|s)?|tap(?:e|ed|ing))";
const WORDS_BETWEEN = "(?:\\W+[\\w']+){0,5}\\W+";
const REFUSALS = [
  new RegExp(`\\b${NEGATION}\\b${WORDS_BETWEEN}?${RECORDING}\\b`, "i"),
  new RegExp(
    `\\b${RECORDING}\\b${WORDS_BETWEEN}(?:off|stop(?:ped)?|deleted?|not ok(?:ay)?|not allowed)\\b`,
    "i",
  ),
];
/** "Off the record" and "for the record" are about other records. */
const OTHER_RECORDS = /\b(?:off|for|on|broken|track|vinyl) (?:the |a )?records?\b/gi;

export function refusesRecording(words: string): boolean {
  const said = words.replaceAll("’", "'").replace(OTHER_RECORDS, "");
  return REFUSALS.some((refusal) => refusal.test(said));
}
