import type { CallToAnalyse } from "#server/analyst/analyst.ts";
import type { Analysis } from "#shared/call/events.ts";

export const CALL: CallToAnalyse = {
  objective: "Agree on a visit to look at the roof.",
  businessName: "Ridge Roofing",
  transcript: [
    { segmentId: "seg_1", speaker: "agent", text: "Would Tuesday suit you?", startMs: 0, endMs: 900 },
    { segmentId: "seg_2", speaker: "consumer", text: "Yes,\nat three.", startMs: 1000, endMs: 2000 },
    {
      segmentId: "seg_3",
      speaker: "agent",
      text: "Great, see you on Tuesday at three then.",
      heardText: "Great, see you",
      startMs: 2100,
      endMs: 2900,
      interrupted: true,
    },
  ],
  facts: ["book_appointment: Booked for Tuesday at 3 PM."],
  answers: [{ topic: "Day", answer: "Tuesday" }],
};

export const ANALYSIS: Analysis = {
  summary: "A visit was agreed.",
  outcome: "objective_met",
  sentiment: "positive",
  nextStep: "Visit on Tuesday at three.",
  answers: [{ topic: "Day", answer: "Tuesday" }],
  evidence: ["seg_2"],
};
/** What the scripted service bills for it. */
export const USAGE = { inputTokens: 500, cachedInputTokens: 80, outputTokens: 60 };
