import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";

/** One second: what comes in a row goes into one buffer, so that neither the texts of the wires nor a thing for each frame are kept. */
const BUFFER_BYTES = 1000 * MULAW_BYTES_PER_MS;
/** Four megabytes; what more than some hundred calls give back at once is left to the garbage collector. */
const MAX_FREE = 512;

/** Buffers given back, of all recordings of this process: they live for seconds, too long to be cheap garbage. */
const free: Buffer[] = [];

/** A buffer with room for at least so much sound, with whatever is in it. */
export function soundBuffer(bytes: number): Buffer {
  if (bytes > BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
}

/** Nobody reads or writes it any more. */
export function giveBack(buffer: Buffer): void {
  if (buffer.length === BUFFER_BYTES && free.length < MAX_FREE) free.push(buffer);
}
