import type { Clock } from "#server/lib/clock.ts";
import { type Item, type Part, audioMs } from "#server/sandbox/voice-model/items.ts";

export type Tokens = { readonly text: number; readonly audio: number };
/** Of the input tokens, `cached` were also the beginning of the previous response's input. */
export type InputTokens = { readonly all: Tokens; readonly cached: Tokens };

const NONE: Tokens = { text: 0, audio: 0 };
const CHARACTERS_PER_TOKEN = 4;
const CALLER_MS_PER_TOKEN = 100;
export const AGENT_MS_PER_TOKEN = 50;
const ITEM_TOKENS = 4;
/** Cached tokens come in blocks. */
const CACHE_BLOCK = 64;

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

function plus(a: Tokens, b: Tokens): Tokens {
  return { text: a.text + b.text, audio: a.audio + b.audio };
}

function partTokens(part: Part): Tokens {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return { text: textTokens(part.text), audio: 0 };
    case "input_image":
      return NONE;
    case "input_audio":
      return { text: 0, audio: Math.ceil(part.ms / CALLER_MS_PER_TOKEN) };
    case "output_audio":
      return {
        text: textTokens(part.transcript ?? ""),
        audio: Math.ceil(audioMs(part) / AGENT_MS_PER_TOKEN),
      };
  }
}

/** Tokens of one item, as input or as output: 10 a second for the caller's audio, 20 for the model's. */
function itemTokens(item: Item): Tokens {
  switch (item.kind) {
    case "message":
      return item.parts.map(partTokens).reduce(plus, NONE);
    case "call":
      return { text: textTokens(item.name + item.arguments), audio: 0 };
    case "result":
      return { text: textTokens(item.output), audio: 0 };
  }
}

type Piece = { key: string; tokens: Tokens };

/** Counts a response's input: everything said so far, every time; the unchanged beginning is cached. */
export class InputMeter {
  #last: readonly Piece[] = [];

  /**
   * @param config instructions and tools as one text
   * @param revisionOf how often an item was changed; a change ends the cached prefix there
   * @param remember false for input that is not the conversation's own
   */
  measure(
    config: string,
    items: readonly Item[],
    revisionOf: (id: string) => number,
    remember: boolean,
  ): InputTokens {
    const pieces: Piece[] = [
      { key: config, tokens: { text: textTokens(config), audio: 0 } },
      ...items.map((item) => ({
        key: `${item.id}#${revisionOf(item.id)}`,
        tokens: plus(itemTokens(item), { text: ITEM_TOKENS, audio: 0 }),
      })),
    ];
    const firstNew = pieces.findIndex((piece, index) => piece.key !== this.#last[index]?.key);
    const shared = pieces
      .slice(0, firstNew < 0 ? undefined : firstNew)
      .map((piece) => piece.tokens)
      .reduce(plus, NONE);
    if (remember) this.#last = pieces;
    const block = (count: number) => count - (count % CACHE_BLOCK);
    return {
      all: pieces.map((piece) => piece.tokens).reduce(plus, NONE),
      cached: { text: block(shared.text), audio: block(shared.audio) },
    };
  }
}

/** `response.done.response.usage`; all zero for a failed response. */
export function usageBody(input: InputTokens, output: Tokens) {
  const { all, cached } = input;
  return {
    total_tokens: all.text + all.audio + output.text + output.audio,
    input_tokens: all.text + all.audio,
    output_tokens: output.text + output.audio,
    input_token_details: {
      text_tokens: all.text,
      audio_tokens: all.audio,
      image_tokens: 0,
      cached_tokens: cached.text + cached.audio,
      cached_tokens_details: { text_tokens: cached.text, audio_tokens: cached.audio, image_tokens: 0 },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}

export const NO_USAGE = usageBody({ all: NONE, cached: NONE }, NONE);

export function sumTokens(items: readonly Item[]): Tokens {
  return items.map(itemTokens).reduce(plus, NONE);
}

/** Tokens a minute of the whole account; refills evenly. The sandbox reports it and refuses nobody. */
export class RateBudget {
  readonly #clock: Clock;
  readonly #limit: number;
  #remaining: number;
  #atMs: number;

  constructor(clock: Clock, limit = 2_000_000) {
    this.#clock = clock;
    this.#limit = limit;
    this.#remaining = limit;
    this.#atMs = clock.monotonicMs();
  }

  /** Books `tokens`; the entry of `rate_limits.updated`. */
  spend(tokens: number): { name: "tokens"; limit: number; remaining: number; reset_seconds: number } {
    const nowMs = this.#clock.monotonicMs();
    const refilled = this.#remaining + ((nowMs - this.#atMs) / 60_000) * this.#limit;
    this.#atMs = nowMs;
    this.#remaining = Math.max(0, Math.min(this.#limit, refilled) - tokens);
    const missing = this.#limit - this.#remaining;
    return {
      name: "tokens",
      limit: this.#limit,
      remaining: Math.floor(this.#remaining),
      reset_seconds: Math.round((missing / this.#limit) * 60_000) / 1000,
    };
  }
}
