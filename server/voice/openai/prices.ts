import type { VoiceUsage } from "#server/voice/voice.ts";

/** Changes with every change of a price below, so a stored cost can be explained later. */
export const PRICE_TABLE_VERSION = "openai-2026-11-23";

type Price = { readonly in: number; readonly cached: number; readonly out: number };
type ModelPrice = { readonly text: Price; readonly audio: Price };

const FULL: ModelPrice = {
  text: { in: 4, cached: 0.4, out: 24 },
  audio: { in: 32, cached: 0.4, out: 64 },
};

/**
 * US dollars per million tokens, from the provider's model pages as read on the table's date. The longest prefix wins, so dated variants share
 * their model's price.
 */
const PRICES: ReadonlyMap<string, ModelPrice> = new Map([
  ["gpt-realtime-2", FULL],
  ["gpt-realtime-2.1", FULL],
  [
    "gpt-realtime-2.1-mini",
    { text: { in: 0.6, cached: 0.06, out: 2.4 }, audio: { in: 10, cached: 0.3, out: 20 } },
  ],
  ["gpt-realtime-1.5", { text: { in: 4, cached: 0.4, out: 16 }, audio: { in: 32, cached: 0.4, out: 64 } }],
]);

/** gpt-transcribe: 0.0045 US dollars a minute. */
const TRANSCRIPTION_CENTS_PER_MINUTE = 0.45;
const CENTS_PER_DOLLAR = 100;
const MILLION = 1_000_000;

/** A model that is not in the table costs the dearest price: an estimate must not be too low. */
function priceOf(model: string): ModelPrice {
  const known = [...PRICES.keys()].filter((name) => model === name || model.startsWith(`${name}-`));
  const longest = known.sort((a, b) => b.length - a.length)[0];
  return (longest === undefined ? undefined : PRICES.get(longest)) ?? FULL;
}

function classDollars(price: Price, tokensIn: number, cachedIn: number, tokensOut: number): number {
  const cached = Math.min(cachedIn, tokensIn);
  return ((tokensIn - cached) * price.in + cached * price.cached + tokensOut * price.out) / MILLION;
}

/** List price of answers and of the transcription of the consumer's audio, US cents with fractions. */
export function voiceCents(model: string, usage: VoiceUsage, transcriptionSeconds: number): number {
  const { text, audio } = priceOf(model);
  const dollars =
    classDollars(text, usage.textIn, usage.textInCached, usage.textOut) +
    classDollars(audio, usage.audioIn, usage.audioInCached, usage.audioOut);
  return dollars * CENTS_PER_DOLLAR + (transcriptionSeconds / 60) * TRANSCRIPTION_CENTS_PER_MINUTE;
}

export const NO_USAGE: VoiceUsage = {
  textIn: 0,
  textInCached: 0,
  audioIn: 0,
  audioInCached: 0,
  textOut: 0,
  audioOut: 0,
};
