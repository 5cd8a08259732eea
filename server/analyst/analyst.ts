import type { PeerHealth } from "#server/lib/peer-health.ts";
import type { Analysis, Segment } from "#shared/call/events.ts";
import type { Category, Urgency } from "#shared/lead.ts";

/** The analyst port: reads text, answers with structured facts. Never on the path of live audio. */

/** `cachedInputTokens` are part of the input. */
export type AnalystUsage = { inputTokens: number; cachedInputTokens: number; outputTokens: number };

/**
 * `unavailable`: try again later (`retryAfterMs` when the provider said so). `unusable`: this input will not work (refusal, cut off answer);
 * `fatal`: our key or account is wrong.
 */
export type AnalystResult<Value> =
  | { kind: "done"; value: Value; usage: AnalystUsage }
  | { kind: "unavailable"; reason: string; retryAfterMs: number | null }
  | { kind: "unusable"; reason: string; usage: AnalystUsage | null }
  | { kind: "fatal"; reason: string };

export type CallToAnalyse = {
  objective: string;
  businessName: string;
  transcript: Segment[];
  /** What the agent noted with its tools. */
  answers: { topic: string; answer: string }[];
  /** What happened because of the call, in the product's own words (an appointment, a call to follow): not in doubt. */
  facts: string[];
};

export type LeadClassification = {
  category: Category;
  urgency: Urgency;
  summary: string;
  keywords: string[];
  /** 0 to 1. */
  confidence: number;
  openQuestions: string[];
};

export type Analyst = {
  analyseCall(call: CallToAnalyse): Promise<AnalystResult<Analysis>>;
  classifyLead(lead: { description: string; postalCode: string }): Promise<AnalystResult<LeadClassification>>;
  check(): Promise<PeerHealth>;
  /** List price of one answer, US cents with fractions. */
  costCents(usage: AnalystUsage): number;
  /** Which prices those are, so that a stored cost can be explained later. */
  readonly priceTable: string;
  readonly model: string;
};
