import { CARRIER_PRICE_TABLE } from "#server/calls/cost/carrier-price.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import type { AttemptCost, Cost, CostDetail, VoiceTotals } from "#shared/call/cost.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

export type CostParts = {
  attempts: AttemptCost[];
  voice: CostDetail["voice"];
  analyst: CostDetail["analyst"];
  analystCents: number;
};

/** The cost of a call as an event: the sums, and what they were made of. An estimate until the carrier has priced every answered attempt. */
export function costEvent({ attempts, voice, analyst, analystCents }: CostParts): NewCallEvent & Cost {
  const carrierCents = sumOf(
    attempts.map((one) => one.connectionCents + one.streamCents + one.detectionCents),
  );
  const voiceCents = sumOf(Object.values(voice.cents));
  return {
    type: "cost.updated",
    carrierCents,
    voiceCents,
    analystCents,
    totalCents: sumOf([carrierCents, voiceCents, analystCents]),
    estimated: attempts.some((one) => !one.priced),
    detail: { carrier: { priceTable: CARRIER_PRICE_TABLE, attempts }, voice, analyst },
  };
}

export function voicePart(
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">,
  usage: VoiceTotals,
): CostDetail["voice"] {
  return { model: voice.model, priceTable: voice.priceTable, usage, cents: voice.price(usage) };
}

/** Sums of fractions of a cent, without the noise of binary fractions. */
const sumOf = (cents: number[]) => Math.round(cents.reduce((sum, one) => sum + one, 0) * 1e6) / 1e6;
