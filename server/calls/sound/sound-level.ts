import { loudness } from "#server/lib/mulaw.ts";

const FULL_SCALE = 32_767;
/** What is softer than this many dB below full scale counts as silence. */
const FLOOR_DB = 60;

/** How loud µ-law audio is to the ear: 0 (silence) to 255 (full scale), in even steps of dB. */
export function soundLevel(mulaw: Uint8Array): number {
  const loud = loudness(mulaw);
  if (loud === 0) return 0;
  const db = 20 * Math.log10(loud / FULL_SCALE);
  return Math.round(Math.max(0, Math.min(1, 1 + db / FLOOR_DB)) * 255);
}
