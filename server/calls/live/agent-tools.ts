import type { VoiceTool } from "#server/voice/voice.ts";
import { z } from "zod";

/**
 * The agent's tools: few and typed, because the model is as untrusted as the person it listens to (DESIGN §2.9). None takes a phone number, an
 * address or anything else that reaches beyond this call.
 */
const recordAnswerSchema = z.object({
  topic: z.string().trim().min(1).max(80),
  answer: z.string().trim().min(1).max(300),
});
const doNotCallSchema = z.object({ reason: z.string().max(300).optional() });
const END_REASONS = [
  "objective_met",
  "declined",
  "callee_busy",
  "wrong_number",
  "opted_out",
  "voicemail",
] as const;
const endCallSchema = z.object({ reason: z.enum(END_REASONS).catch("objective_met") });

export type ToolRequest =
  | { name: "record_answer"; arguments: z.infer<typeof recordAnswerSchema> }
  | { name: "mark_do_not_call"; arguments: z.infer<typeof doNotCallSchema> }
  | { name: "end_call"; arguments: z.infer<typeof endCallSchema> };

const describe = (name: ToolRequest["name"], description: string, schema: z.ZodType): VoiceTool => ({
  name,
  description,
  parameters: z.toJSONSchema(schema, { io: "input" }),
});

export const AGENT_TOOLS: VoiceTool[] = [
  describe(
    "record_answer",
    "Note one answer of the person that matters for the objective.",
    recordAnswerSchema,
  ),
  describe(
    "mark_do_not_call",
    "The person does not want to be called again. Takes effect at once and everywhere.",
    doNotCallSchema,
  ),
  describe(
    "end_call",
    "Hang up after your goodbye was heard. Say goodbye in the same turn, before it.",
    endCallSchema,
  ),
];

/** A model may write anything; longer arguments are refused unread. */
const MAX_ARGUMENT_CHARS = 8192;
/** Tool calls one call may make. */
export const TOOL_BUDGET = 30;

/** The parsed request, or a sentence for the model that says what was wrong. */
export function parseToolCall(name: string, argumentsJson: string): ToolRequest | { problem: string } {
  if (argumentsJson.length > MAX_ARGUMENT_CHARS) return { problem: "The arguments are too long." };
  const json = parseJson(argumentsJson);
  if (json === undefined) return { problem: "The arguments are not valid JSON." };
  switch (name) {
    case "record_answer": {
      const parsed = recordAnswerSchema.safeParse(json);
      return parsed.success ? { name, arguments: parsed.data } : { problem: "topic and answer are needed." };
    }
    case "mark_do_not_call": {
      const parsed = doNotCallSchema.safeParse(json);
      return parsed.success ? { name, arguments: parsed.data } : { problem: "The reason is not usable." };
    }
    case "end_call": {
      const parsed = endCallSchema.safeParse(json);
      return parsed.success ? { name, arguments: parsed.data } : { problem: "A reason is needed." };
    }
    default:
      return { problem: "There is no such tool." };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return undefined; // The caller tells the model.
  }
}
