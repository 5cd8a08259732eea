import { expect, test } from "vitest";
import { z } from "zod";
import { fillSchema, type Suggestions } from "#server/sandbox/analyst/fill-schema.ts";
import { analyseCall } from "#server/sandbox/analyst/rules/call-analysis.ts";
import { classifyLead } from "#server/sandbox/analyst/rules/lead.ts";

const analysis = z.object({
  summary: z.string(),
  outcome: z.enum([
    "objective_met",
    "callback_requested",
    "not_interested",
    "wrong_number",
    "opted_out",
    "voicemail",
    "no_conversation",
  ]),
  sentiment: z.enum(["positive", "neutral", "negative"]),
  nextStep: z.string(),
  answers: z.array(z.object({ topic: z.string(), answer: z.string() })),
  evidence: z.array(z.string()),
});
const classification = z.object({
  category: z.enum([
    "roofing",
    "plumbing",
    "electrical",
    "heating",
    "cleaning",
    "moving",
    "legal",
    "dental",
    "other",
  ]),
  urgency: z.enum(["now", "this_week", "flexible"]),
  summary: z.string(),
  keywords: z.array(z.string()),
  confidence: z.number(),
  openQuestions: z.array(z.string()),
});

function read<T extends z.ZodType>(schema: T, suggestions: Suggestions | null): z.infer<T> {
  return schema.parse(fillSchema(z.toJSONSchema(schema), suggestions ?? {}));
}

const call = (...lines: string[]) =>
  read(analysis, analyseCall(["Objective: Agree a visit.", "Transcript:", ...lines].join("\n")));

test("[AN10] answers, next step and evidence come from the consumer's own words", () => {
  const result = call(
    "[s1] agent: Hello, this is an AI assistant calling for Ridge Plumbing. Is now a good time to talk?",
    "[s2] consumer: Yes, sure.",
    "[s3] agent: Great. Could you tell me what happened?",
    "[s4] consumer: The sink is leaking, thank you for calling.",
    "[s5] agent: Thanks. Which day and time would suit you best?",
    "[s6] consumer: Tuesday morning.",
    "[s7] agent: I'll pass this on. Is there anything else they should know?",
    "[s8] consumer: No, thank you.",
  );
  expect(result.outcome).toBe("objective_met");
  expect(result.answers).toEqual([
    { topic: "What happened", answer: "The sink is leaking, thank you for calling." },
    { topic: "Which day and time would suit you best", answer: "Tuesday morning." },
  ]);
  expect(result.evidence).toEqual(["s4", "s6"]);
  expect(result.nextStep).toContain("Tuesday morning");
  expect(result.summary).toContain("Agree a visit");
  expect(result.summary).toContain("The sink is leaking");
  expect(result.sentiment).toBe("positive");
});

test("[AN10] what the call's tools settled is the next step; talk about the talk is no answer", () => {
  const agreed = (fact: string, words: string) =>
    read(
      analysis,
      analyseCall(
        [
          `Recorded facts:\n- ${fact}`,
          "Transcript:",
          "[s1] agent: Am I speaking with the person who asked for this call?",
          "[s2] consumer: Yes.",
          "[s3] agent: Which postcode is it in?",
          `[s4] consumer: ${words}`,
        ].join("\n"),
      ),
    );
  const booked = agreed("book_slot: Booked: Thursday, November 26 at 10 AM. Tell the person.", "94110.");
  expect(booked.nextStep).toBe("Keep the appointment: Thursday, November 26 at 10 AM.");
  expect(booked.answers).toEqual([{ topic: "Which postcode is it in", answer: "94110." }]);
  const later = agreed("call_later: A call is planned: Friday at 2 PM. Tell them.", "Call me back later.");
  expect(later.nextStep).toBe("The next call is planned: Friday at 2 PM.");
});

test.each([
  ["opted_out", "Please stop calling me.", "negative"],
  ["wrong_number", "You have the wrong number.", "neutral"],
  ["not_interested", "No thanks, we already found someone.", "positive"],
  ["callback_requested", "Can you call me back later, after five?", "neutral"],
  ["voicemail", "Please leave a message after the tone.", "neutral"],
  ["no_conversation", "Hello?", "neutral"],
])("[AN10] %s is read from: %s", (outcome, words, sentiment) => {
  const result = call("[a] agent: Hello, is now a good time to talk?", `[b] consumer: ${words}`);
  expect(result).toMatchObject({ outcome, sentiment, evidence: ["b"] });
});

test("[AN10] a wish to be left alone outweighs the answers given before it", () => {
  const result = call(
    "[a] agent: Could you tell me what happened?",
    "[b] consumer: The roof leaks.",
    "[c] agent: Since when?",
    "[d] consumer: Take me off your list.",
  );
  expect(result).toMatchObject({
    outcome: "opted_out",
    evidence: ["d"],
    nextStep: "Do not call this person again.",
  });
});

test("[AN10] an empty transcript is no conversation, and an enum without the word gets the nearest one", () => {
  expect(call().outcome).toBe("no_conversation");
  const narrow = z.object({ outcome: z.enum(["declined", "success"]) });
  const text = "Transcript:\n[a] consumer: I'm not interested.";
  expect(read(narrow, analyseCall(text))).toEqual({ outcome: "declined" });
});

test.each([
  ["A pipe burst in the bathroom and the flat is flooding", "plumbing", "now"],
  ["Some shingles came off the roof, can somebody look this week?", "roofing", "this_week"],
  ["I would like my carpets cleaned before we sell, no hurry", "cleaning", "flexible"],
  ["My tooth hurts, severe pain since last night", "dental", "now"],
  ["The breaker trips and there are sparks at the outlet", "electrical", "now"],
  ["Need someone for a zebra costume", "other", "flexible"],
])("[AN11] %s → %s, %s", (text, category, urgency) => {
  const result = read(classification, classifyLead(`Request: ${text}.\nPostal code: 90210`));
  expect(result).toMatchObject({ category, urgency, summary: `${text}.` });
  expect(result.summary).not.toContain("90210");
  expect(result.confidence).toBeGreaterThan(category === "other" ? 0.2 : 0.5);
});

test("[AN11] keywords are telling words, and open questions are what the text leaves out", () => {
  const result = read(
    classification,
    classifyLead("Request: The kitchen sink has been leaking since Monday."),
  );
  expect(result.keywords).toEqual(["kitchen", "sink", "leaking", "monday"]);
  expect(result.openQuestions).toEqual(["When would a visit suit?", "Is there a budget in mind?"]);
});
