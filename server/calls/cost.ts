/**
 * An estimate, and marked as one: the carrier's own price is not asked for. US list prices of Twilio as of 2026-11, outbound minute, media
 * stream minute and answering-machine detection; the carrier bills started minutes.
 */
const MINUTE_CENTS = 1.4;
const STREAM_MINUTE_CENTS = 0.4;
const MACHINE_DETECTION_CENTS = 0.75;

export function estimateCarrierCents(talkedMs: number): number {
  const minutes = Math.max(1, Math.ceil(talkedMs / 60_000));
  return minutes * (MINUTE_CENTS + STREAM_MINUTE_CENTS) + MACHINE_DETECTION_CENTS;
}
