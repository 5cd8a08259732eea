import type { Analyst, AnalystResult, LeadClassification } from "#server/analyst/analyst.ts";
import { faultOf } from "#server/analyst/anthropic/faults.ts";
import { patientFetch } from "#server/analyst/anthropic/patient-fetch.ts";
import { analystCents, PRICE_TABLE_VERSION } from "#server/analyst/anthropic/prices.ts";
import {
  ANALYSE_INSTRUCTIONS,
  analyseMessage,
  CLASSIFY_INSTRUCTIONS,
  classifyMessage,
} from "#server/analyst/anthropic/prompts.ts";
import { type AnalystLink, ask } from "#server/analyst/anthropic/structured-answer.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";
import { type Analysis, analysisSchema, type Segment } from "#shared/call/events.ts";
import { categorySchema, urgencySchema } from "#shared/lead.ts";
import Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";

type AnthropicAnalystOptions = {
  apiKey: string;
  /** null: the service itself. Without a version, e.g. `http://127.0.0.1:4020`. */
  baseUrl: string | null;
  model: string;
  logger: Logger;
};

const REQUEST_TIMEOUT_MS = 20_000;
const CHECK_TIMEOUT_MS = 5000;
const MAX_RETRIES = 2;
const MAX_KEYWORDS = 8;
const MAX_QUESTIONS = 3;

const classificationSchema = z.object({
  category: categorySchema,
  urgency: urgencySchema,
  summary: z.string(),
  keywords: z.array(z.string()),
  confidence: z.number(),
  openQuestions: z.array(z.string()),
});

/** Evidence that does not exist is worse than none: only ids of this call's segments stay, each once. */
function withRealEvidence(analysis: Analysis, transcript: readonly Segment[]): Analysis {
  const existing = new Set(transcript.map((segment) => segment.segmentId));
  const evidence = [...new Set(analysis.evidence)].filter((segmentId) => existing.has(segmentId));
  return { ...analysis, evidence };
}

function withinLimits(lead: LeadClassification): LeadClassification {
  return {
    ...lead,
    confidence: Math.min(1, Math.max(0, lead.confidence)),
    keywords: lead.keywords.slice(0, MAX_KEYWORDS),
    openQuestions: lead.openQuestions.slice(0, MAX_QUESTIONS),
  };
}

function mapValue<Value>(
  result: AnalystResult<Value>,
  change: (value: Value) => Value,
): AnalystResult<Value> {
  return result.kind === "done" ? { ...result, value: change(result.value) } : result;
}

async function check({ client, model }: AnalystLink): Promise<PeerHealth> {
  try {
    await client.models.retrieve(model, {}, { timeout: CHECK_TIMEOUT_MS, maxRetries: 0 });
    return { ok: true, reason: "Anthropic accepts the API key and knows the model." };
  } catch (error) {
    const { kind, reason } = faultOf(error);
    return kind === "fatal" ? { ok: false, reason, why: "refused" } : { ok: false, reason };
  }
}

/** The analyst port over Anthropic's Messages with structured outputs. */
export function createAnthropicAnalyst(options: AnthropicAnalystOptions): Analyst {
  const { apiKey, baseUrl, model, logger } = options;
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl,
    timeout: REQUEST_TIMEOUT_MS,
    maxRetries: MAX_RETRIES,
    logLevel: "off",
    fetch: patientFetch,
  });
  const link: AnalystLink = { client, model, logger };
  return {
    model,
    priceTable: PRICE_TABLE_VERSION,
    async analyseCall(call) {
      const message = analyseMessage(call);
      const schema = analysisSchema;
      const result = await ask(link, { instructions: ANALYSE_INSTRUCTIONS, message, schema });
      return mapValue(result, (analysis) => withRealEvidence(analysis, call.transcript));
    },
    async classifyLead(lead) {
      const message = classifyMessage(lead);
      const schema = classificationSchema;
      const result = await ask(link, { instructions: CLASSIFY_INSTRUCTIONS, message, schema });
      return mapValue(result, withinLimits);
    },
    check: () => check(link),
    costCents: (usage) => analystCents(model, usage),
  };
}
