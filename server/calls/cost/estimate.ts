import { attemptCosts } from "#server/calls/cost/carrier-price.ts";
import { costEvent, voicePart } from "#server/calls/cost/cost-event.ts";
import type { VoiceModel } from "#server/voice/voice.ts";

/** Audio as the voice model counts it: a token for 100 ms of what it hears, for 50 ms of what it says. */
const HEARD_PER_SECOND = 10;
const SAID_PER_SECOND = 20;
/** A talk goes back and forth about this often; each answer hears everything before it again, at the price of known audio. */
const TURN_SECONDS = 8;
/** Instructions and tools, sent with every answer. */
const PROMPT_TOKENS = 2500;
const ANALYST_CENTS = 1;

/** What a call costs in which both speak half of `seconds`, at list prices; cents with fractions. */
export function talkCents(
  seconds: number,
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">,
): number {
  const turns = Math.ceil(seconds / TURN_SECONDS);
  const heard = (seconds / 2) * HEARD_PER_SECOND;
  const said = (seconds / 2) * SAID_PER_SECOND;
  const heardAgain = ((turns - 1) / 2) * (heard + said);
  const usage = {
    textIn: turns * PROMPT_TOKENS,
    textInCached: (turns - 1) * PROMPT_TOKENS,
    audioIn: heard + heardAgain,
    audioInCached: heardAgain,
    textOut: said,
    audioOut: said,
    transcriptionSeconds: seconds,
  };
  const row = { attemptId: "", carrierCallId: "", answeredAt: 0, endedAt: seconds * 1000 };
  const attempts = attemptCosts([row], row.endedAt);
  const parts = { attempts, voice: voicePart(voice, usage), analyst: null, analystCents: ANALYST_CENTS };
  return costEvent(parts).totalCents;
}

/** A talk that was had: how long it held its line, and what it cost. */
export type Talk = { seconds: number; cents: number | null };

/** Before so many calls were seen, the estimate is reckoned from list prices: one minute to three. */
const ENOUGH_SEEN = 5;
/** What one call takes on average before any was seen. */
const TYPICAL_CALL_SECONDS = 90;

export function averageSeconds(talks: readonly Talk[]): number {
  if (talks.length === 0) return TYPICAL_CALL_SECONDS;
  return talks.reduce((sum, { seconds }) => sum + seconds, 0) / talks.length;
}

/** Between which whole cents eight calls in ten stayed. */
export function costRange(
  talks: readonly Talk[],
  voice: Parameters<typeof talkCents>[1],
): { low: number; high: number } {
  const seen = talks.flatMap(({ cents }) => cents ?? []).toSorted((a, b) => a - b);
  const at = (share: number) => seen[Math.round((seen.length - 1) * share)] ?? 0;
  const [low, high] =
    seen.length < ENOUGH_SEEN ? [talkCents(60, voice), talkCents(180, voice)] : [at(0.1), at(0.9)];
  return { low: Math.floor(low), high: Math.ceil(high) };
}
