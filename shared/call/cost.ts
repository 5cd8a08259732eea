import { z } from "zod";

/**
 * What a call costs, in US cents. Fractions are kept, as list prices have them; rounding is for display. The figures of the parts, and the raw
 * usage they were computed from, are in `detail`.
 */
const count = z.number().nonnegative();

/** What the voice model reported: tokens by class as the provider bills them (`…Cached` are part of the input), and transcribed seconds. */
const voiceUsageSchema = z.object({
  textIn: count,
  textInCached: count,
  audioIn: count,
  audioInCached: count,
  textOut: count,
  audioOut: count,
  transcriptionSeconds: count,
});
/** All of one call so far, over every session of every attempt. */
export type VoiceTotals = z.infer<typeof voiceUsageSchema>;

export const NO_VOICE_TOTALS: VoiceTotals = {
  textIn: 0,
  textInCached: 0,
  audioIn: 0,
  audioInCached: 0,
  textOut: 0,
  audioOut: 0,
  transcriptionSeconds: 0,
};

const voiceCentsSchema = z.object({
  textIn: count,
  textInCached: count,
  audioIn: count,
  audioInCached: count,
  textOut: count,
  audioOut: count,
  transcription: count,
});
/** The same by class: `textIn` and `audioIn` are what was not cached. */
export type VoiceCents = z.infer<typeof voiceCentsSchema>;

const attemptCostSchema = z.object({
  attemptId: z.string(),
  /** From the answer to the end; the carrier's own figure where `priced`. */
  seconds: count,
  /** The phone connection; unanswered ringing is free and has no row here. */
  connectionCents: count,
  /** The media stream, list price: the carrier's price of a call does not contain it. */
  streamCents: count,
  /** Answering-machine detection, list price: the carrier's price of a call does not contain it either. */
  detectionCents: count,
  /** `connectionCents` is what the carrier charged, no longer the list price. */
  priced: z.boolean(),
});
export type AttemptCost = z.infer<typeof attemptCostSchema>;

const costDetailSchema = z.object({
  /** Which prices were used; they change, a stored cost does not. */
  carrier: z.object({ priceTable: z.string(), attempts: z.array(attemptCostSchema) }),
  voice: z.object({
    model: z.string(),
    priceTable: z.string(),
    usage: voiceUsageSchema,
    cents: voiceCentsSchema,
  }),
  /** Null: the analyst was not asked (yet). */
  analyst: z
    .object({
      model: z.string(),
      priceTable: z.string(),
      usage: z.object({ inputTokens: count, cachedInputTokens: count, outputTokens: count }),
    })
    .nullable(),
});
export type CostDetail = z.infer<typeof costDetailSchema>;

export const costSchema = z.object({
  carrierCents: count,
  voiceCents: count,
  analystCents: count,
  totalCents: count,
  /** True until the carrier's own price of every answered attempt is known. */
  estimated: z.boolean(),
  detail: costDetailSchema.optional(),
});
export type Cost = z.infer<typeof costSchema>;
