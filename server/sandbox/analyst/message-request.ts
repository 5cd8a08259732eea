import { z } from "zod";
import { AnalystError } from "#server/sandbox/analyst/analyst-error.ts";

const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  cache_control: z.unknown().optional(),
});
const content = z.union([z.string(), z.array(block)]);
const message = z.strictObject({ role: z.enum(["user", "assistant", "system"]), content });

export type JsonSchema = { [key: string]: unknown };
const jsonSchema = z.record(z.string(), z.unknown());

const messageRequest = z.strictObject({
  model: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1),
  system: content.optional(),
  stream: z.boolean().optional(),
  cache_control: z.unknown().optional(),
  output_config: z
    .strictObject({
      effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
      format: z.strictObject({ type: z.literal("json_schema"), schema: jsonSchema }).nullish(),
    })
    .optional(),
  thinking: z.unknown().optional(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
  stop_sequences: z.array(z.string()).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  container: z.unknown().optional(),
  diagnostics: z.unknown().optional(),
  inference_geo: z.string().nullish(),
  speed: z.enum(["standard", "fast"]).nullish(),
  tools: z.array(z.unknown()).max(0).optional(),
  tool_choice: z.unknown().optional(),
});

export type MessageRequest = z.infer<typeof messageRequest>;
type Content = z.infer<typeof content>;

/** Models of the SDK that the product uses; the older ones still answer. */
const MODELS: ReadonlySet<string> = new Set([
  "claude-fable-5-2",
  "claude-mythos-5-2",
  "claude-haiku-5-5",
  "claude-sonnet-5-5",
  "claude-fable-5-1",
  "claude-opus-5-5",
  "claude-mythos-5-1",
  "claude-sonnet-5",
  "claude-fable-5",
  "claude-mythos-5",
  "claude-opus-5",
  "claude-opus-4-8",
  "claude-opus-4-7",
  "claude-opus-4-6",
  "claude-sonnet-4-6",
  "claude-haiku-4-5",
  "claude-sonnet-4-5",
]);

export const isKnownModel = (model: string): boolean => MODELS.has(model.replace(/-\d{8}$/, ""));

const SAMPLING = ["temperature", "top_p", "top_k"];

function problemOf(raw: unknown, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    if (issue.path.length === 0 && SAMPLING.includes(key)) return `${key}: is not supported by this model`;
    return `${[...issue.path, key].join(".")}: Extra inputs are not permitted`;
  }
  const path = issue.path.join(".");
  const isTopLevel = issue.path.length === 1 && typeof raw === "object" && raw !== null;
  const isMissing = isTopLevel && !Object.hasOwn(raw, issue.path[0] ?? "");
  return `${path}: ${isMissing ? "Field required" : issue.message}`;
}

/**
 * Checks a request the way the service does, in its order: shape, the model's own rules, then whether the model exists.
 * @throws AnalystError 400 or 404
 */
export function parseMessageRequest(raw: unknown): MessageRequest {
  const parsed = messageRequest.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AnalystError(400, issue ? problemOf(raw, issue) : "The request is not valid.");
  }
  const request = parsed.data;
  if (request.messages.at(-1)?.role === "assistant") {
    throw new AnalystError(400, "messages: This model does not support prefilling the assistant's turn.");
  }
  if (!isKnownModel(request.model)) throw new AnalystError(404, `model: ${request.model}`);
  return request;
}

/** The text of a message or system prompt. */
export function textOf(value: Content | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : value.map((part) => part.text ?? "").join("\n");
}

/** What is answered: the newest message of the user. */
export function lastUserText(request: MessageRequest): string {
  return textOf(request.messages.findLast(({ role }) => role === "user")?.content);
}
