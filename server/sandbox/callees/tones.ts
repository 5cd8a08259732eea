import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import {} from "#shared/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";

const RATE = 1000 * MULAW_BYTES_PER_MS;
const AMPLITUDE = 8000;

/** A pure tone in µ-law. */
export function tone(hertz: number, ms: number): Uint8Array {
  return encodeMulaw(
    Int16Array.from({ length: ms * MULAW_BYTES_PER_MS }, (_, index) => {
      return AMPLITUDE * Math.sin((2 * Math.PI * hertz * index) / RATE);
    }),
  );
}
