import type { LeadClassification } from "#server/analyst/analyst.ts";
import { classifyByRules } from "#server/leads/lead-rules.ts";
import type { LeadDocument } from "#server/leads/lead-store.ts";
import type { Category, Urgency } from "#shared/lead.ts";

/** The fields of a lead that classification decides. */
export type Classified = Pick<
  LeadDocument,
  "category" | "urgency" | "summary" | "keywords" | "openQuestions" | "classifiedBy" | "confidence"
>;

/** What the consumer said about the lead; it is never overruled. */
export type Given = { description: string; category?: Category | undefined; urgency?: Urgency | undefined };

/** Below this the analyst guesses; a rule that found words knows better. */
const SURE = 0.5;
const MAX_WORDS = 12;
const MAX_SUMMARY_CHARACTERS = 400;

/** The answer that needs nobody. */
export function firstClassification(given: Given): Classified {
  const ruled = classifyByRules(given.description);
  return {
    category: given.category ?? ruled.category,
    urgency: given.urgency ?? ruled.urgency,
    summary: ruled.summary,
    keywords: [],
    openQuestions: [],
    classifiedBy: given.category === undefined ? "rules" : "consumer",
    confidence: null,
  };
}

/** The analyst's answer laid over the first one. An unsure analyst does not move a category that the rules found words for. */
export function refineClassification(
  first: Classified,
  given: Given,
  answer: LeadClassification,
): Classified {
  const moves = given.category === undefined && (answer.confidence >= SURE || first.category === "other");
  return {
    category: moves ? answer.category : first.category,
    urgency: given.urgency ?? (moves ? answer.urgency : first.urgency),
    ...wordsOf(answer),
    classifiedBy: moves ? "analyst" : first.classifiedBy,
    confidence: answer.confidence,
  };
}

/** What may still change after businesses were matched: words, nothing that matching depends on. */
export function wordsOf(
  answer: LeadClassification,
): Pick<Classified, "summary" | "keywords" | "openQuestions"> {
  return {
    summary: answer.summary.slice(0, MAX_SUMMARY_CHARACTERS),
    keywords: answer.keywords.slice(0, MAX_WORDS),
    openQuestions: answer.openQuestions.slice(0, MAX_WORDS),
  };
}
