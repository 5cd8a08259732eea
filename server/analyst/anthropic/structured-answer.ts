import type { AnalystResult, AnalystUsage } from "#server/analyst/analyst.ts";
import { faultOf } from "#server/analyst/anthropic/faults.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { Message, Usage } from "@anthropic-ai/sdk/resources/messages/messages";
import type { z } from "zod";

type Question<Schema extends z.ZodType> = {
  readonly instructions: string;
  readonly message: string;
  readonly schema: Schema;
};

export type AnalystLink = {
  readonly client: Anthropic;
  readonly model: string;
  readonly logger: Logger;
};

/** Reasoning counts towards it. */
const MAX_TOKENS = 4096;

function usageOf(usage: Usage): AnalystUsage {
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    inputTokens: usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + cached,
    cachedInputTokens: cached,
    outputTokens: usage.output_tokens,
  };
}

/** The first block may be a thought; the answer is in the text blocks. */
function textOf(message: Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it below, in the same way as any other wrong form.
  }
}

function read<Schema extends z.ZodType>(message: Message, schema: Schema): AnalystResult<z.infer<Schema>> {
  const usage = usageOf(message.usage);
  if (message.stop_reason === "refusal") {
    return { kind: "unusable", reason: "The analyst declined to answer.", usage };
  }
  if (message.stop_reason === "max_tokens" || message.stop_reason === "model_context_window_exceeded") {
    return { kind: "unusable", reason: "The analyst's answer was cut off.", usage };
  }
  // The service keeps to the form, but not to its limits (lengths, ranges): those are checked only here.
  const parsed = schema.safeParse(parsedJson(textOf(message)));
  if (!parsed.success) {
    return { kind: "unusable", reason: "The analyst's answer did not have the agreed form.", usage };
  }
  return { kind: "done", value: parsed.data, usage };
}

/** One question, one answer in the form of `schema`. Every failure of the service is a result, never an exception. */
export async function ask<Schema extends z.ZodType>(
  { client, model, logger }: AnalystLink,
  { instructions, message, schema }: Question<Schema>,
): Promise<AnalystResult<z.infer<Schema>>> {
  try {
    const answer = await client.messages.create({
      model,
      max_tokens: MAX_TOKENS,
      system: instructions,
      messages: [{ role: "user", content: message }],
      output_config: { format: zodOutputFormat(schema), effort: "low" },
    });
    const result = read(answer, schema);
    if (result.kind === "unusable") {
      logger.warn({ stopReason: answer.stop_reason }, "analyst answer was unusable");
    }
    return result;
  } catch (error) {
    const fault = faultOf(error);
    logger.warn({ kind: fault.kind, ...errorFields(error) }, "analyst request failed");
    return fault;
  }
}
