import { firstClassification, refineClassification } from "#server/leads/classify.ts";
import { classifyByRules } from "#server/leads/lead-rules.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("[LE1] rules", () => {
  test.each([
    ["Some shingles blew off my roof", "roofing", "flexible"],
    ["URGENT: a pipe burst and the sink is leaking", "plumbing", "now"],
    ["Two outlets spark when I plug something in, the wiring is old", "electrical", "now"],
    ["The furnace is out and we have no heat tonight", "heating", "now"],
    ["I need a deep clean of my house by Friday", "cleaning", "this_week"],
    ["We are moving to a new apartment and need movers", "moving", "flexible"],
    ["My landlord wants to take me to court", "legal", "flexible"],
    ["A tooth hurts and I need a dentist tomorrow", "dental", "this_week"],
    ["Please teach me to play the violin", "other", "flexible"],
  ])("%s", (description, category, urgency) => {
    expect(classifyByRules(description)).toEqual({ category, urgency, summary: description });
  });

  test("the summary is the first sentence, cut at a word", () => {
    expect(classifyByRules("My roof  leaks.\nIt is old. Please come.").summary).toBe("My roof leaks.");
    const long = classifyByRules("leaking roof and ".repeat(30)).summary;
    expect(long.length).toBeLessThanOrEqual(161);
    expect(long).toMatch(/(leaking|roof|and)…$/);
  });

  test("any text at all gets an answer of bounded length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1000 }), (description) => {
        expect(classifyByRules(description).summary.length).toBeLessThanOrEqual(161);
      }),
    );
  });
});

describe("the analyst's answer over the rules' one", () => {
  const answer = {
    category: "legal" as const,
    urgency: "now" as const,
    summary: "Needs a lawyer.",
    keywords: ["lawyer"],
    confidence: 0.9,
    openQuestions: ["By when?"],
  };
  const words = { summary: answer.summary, keywords: answer.keywords, openQuestions: answer.openQuestions };
  const refine = (given: Parameters<typeof firstClassification>[0], confidence: number) =>
    refineClassification(firstClassification(given), given, { ...answer, confidence });

  test("[LE3] a sure answer replaces category and urgency", () => {
    expect(refine({ description: "The roof leaks" }, 0.9)).toEqual({
      ...words,
      category: "legal",
      urgency: "now",
      classifiedBy: "analyst",
      confidence: 0.9,
    });
  });

  test("[LE3] an unsure one only brings words, unless the rules found nothing", () => {
    expect(refine({ description: "The roof has holes" }, 0.2)).toMatchObject({
      ...words,
      category: "roofing",
      urgency: "flexible",
      classifiedBy: "rules",
    });
    expect(refine({ description: "A matter of honour" }, 0.2)).toMatchObject({
      category: "legal",
      classifiedBy: "analyst",
    });
  });

  test("[LE2] what the consumer gave stands", () => {
    const given = { description: "The roof leaks", category: "roofing", urgency: "flexible" } as const;
    expect(refine(given, 1)).toMatchObject({
      ...words,
      category: "roofing",
      urgency: "flexible",
      classifiedBy: "consumer",
    });
  });
});
