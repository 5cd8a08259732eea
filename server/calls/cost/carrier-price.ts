import type { CarrierCallRow } from "#server/calls/cost/carrier-calls.ts";
import type { AttemptCost } from "#shared/call/cost.ts";

/**
 * US list prices of Twilio as of 2026-11, cents: outbound minute, media stream minute, answering-machine detection per answered call. Started
 * minutes are billed in full; a ringing phone that nobody picks up is free, a voicemail that picks up is not. Recordings are made by
 * ourselves, so the carrier charges nothing for them.
 */
export const CARRIER_PRICE_TABLE = "twilio-us-2026-11";
const MINUTE_CENTS = 1.4;
const STREAM_MINUTE_CENTS = 0.4;
const MACHINE_DETECTION_CENTS = 0.75;

/** What the carrier itself says about an answered call that is over. */
export type CarrierBill = { connectionCents: number; durationSeconds: number | null };

/** One row for each attempt that was picked up. With a bill the connection costs what the carrier charged; what it leaves out stays list price. */
export function attemptCosts(
  rows: readonly CarrierCallRow[],
  nowMs: number,
  bills: ReadonlyMap<string, CarrierBill> = new Map(),
): AttemptCost[] {
  return rows.flatMap((row) => {
    const { attemptId, answeredAt, endedAt } = row;
    if (answeredAt === null) return [];
    const bill = bills.get(row.carrierCallId);
    const seconds = bill?.durationSeconds ?? Math.max(0, (endedAt ?? nowMs) - answeredAt) / 1000;
    const minutes = Math.max(1, Math.ceil(seconds / 60));
    return {
      attemptId,
      seconds,
      connectionCents: bill?.connectionCents ?? minutes * MINUTE_CENTS,
      streamCents: minutes * STREAM_MINUTE_CENTS,
      detectionCents: MACHINE_DETECTION_CENTS,
      priced: bill !== undefined,
    };
  });
}
