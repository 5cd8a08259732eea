import type { VoiceCents, VoiceTotals } from "#shared/call/cost.ts";

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

/** List price of answers and of the transcription of the consumer's audio, by class. */
export function voicePrice(model: string, usage: VoiceTotals): VoiceCents {
  const { text, audio } = priceOf(model);
  const textCached = Math.min(usage.textInCached, usage.textIn);
  const audioCached = Math.min(usage.audioInCached, usage.audioIn);
  return {
    textIn: tokenCents(usage.textIn - textCached, text.in),
    textInCached: tokenCents(textCached, text.cached),
    audioIn: tokenCents(usage.audioIn - audioCached, audio.in),
    audioInCached: tokenCents(audioCached, audio.cached),
    textOut: tokenCents(usage.textOut, text.out),
    audioOut: tokenCents(usage.audioOut, audio.out),
    transcription: (usage.transcriptionSeconds / 60) * TRANSCRIPTION_CENTS_PER_MINUTE,
  };
}

const tokenCents = (tokens: number, dollarsPerMillion: number) =>
  (tokens * dollarsPerMillion * CENTS_PER_DOLLAR) / MILLION;
