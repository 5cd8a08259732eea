import { createHash } from "node:crypto";
import { type MessageRequest, textOf } from "#server/sandbox/analyst/message-request.ts";

const CHARACTERS_PER_TOKEN = 3.5;
const MAX_PREFIXES = 500;

export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Everything a request says, in the order the service reads it, each piece with its cache mark. */
function piecesOf(request: MessageRequest): { text: string; isMarked: boolean }[] {
  const contents = [request.system, ...request.messages.map((message) => message.content)];
  const pieces = contents.flatMap((content) => {
    if (content === undefined) return [];
    if (typeof content === "string") return [{ text: content, isMarked: false }];
    return content.map((block) => ({ text: block.text ?? "", isMarked: Boolean(block.cache_control) }));
  });
  const format = request.output_config?.format;
  if (format) pieces.unshift({ text: JSON.stringify(format.schema), isMarked: false });
  const last = pieces.at(-1);
  if (request.cache_control && last) last.isMarked = true;
  return pieces;
}

/** Tokens of a request's input, without looking at any cache. */
export function inputTokens(request: MessageRequest): number {
  const system = textOf(request.system);
  return countTokens([system, ...request.messages.map(({ content }) => textOf(content))].join("\n"));
}

export type InputUsage = { input: number; created: number; read: number };

/** Remembers marked prefixes (500, the oldest go; time does not pass here) and splits the input tokens. */
export class PromptCache {
  readonly #prefixes = new Set<string>();

  measure(request: MessageRequest): InputUsage {
    const pieces = piecesOf(request);
    const marked = pieces.findLastIndex(({ isMarked }) => isMarked);
    const tokensFrom = (from: number, to?: number) =>
      pieces.slice(from, to).reduce((sum, { text }) => sum + countTokens(text), 0);
    if (marked < 0) return { input: tokensFrom(0), created: 0, read: 0 };
    const key = (end: number) => {
      const prefix = pieces.slice(0, end + 1).map(({ text }) => text);
      return createHash("sha256")
        .update(JSON.stringify([request.model, prefix]))
        .digest("base64");
    };
    const hit = pieces.findLastIndex((piece, end) => piece.isMarked && this.#prefixes.has(key(end)));
    for (const [end, piece] of pieces.entries()) if (piece.isMarked) this.#remember(key(end));
    return {
      input: tokensFrom(marked + 1),
      created: tokensFrom(hit + 1, marked + 1),
      read: tokensFrom(0, hit + 1),
    };
  }

  #remember(key: string): void {
    this.#prefixes.add(key);
    const [oldest] = this.#prefixes;
    if (this.#prefixes.size > MAX_PREFIXES && oldest !== undefined) this.#prefixes.delete(oldest);
  }
}

/** The `usage` of a message. */
export function usageBody(input: InputUsage, outputTokens: number) {
  return {
    input_tokens: input.input,
    cache_creation_input_tokens: input.created,
    cache_read_input_tokens: input.read,
    cache_creation: { ephemeral_5m_input_tokens: input.created, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: "not_available",
    speed: null,
  };
}
