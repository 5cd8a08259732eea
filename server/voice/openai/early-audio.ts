import { base64Bytes, MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";

const KEPT_MS = 5000;

/**
 * What the consumer said before the session had its configuration: sent earlier it would be read in the wrong format, as noise. Keeps the newest
 * 5 s; older pieces are dropped.
 */
export class EarlyAudio {
  #pieces: string[] = [];
  #keptMs = 0;

  push(payloadBase64: string): void {
    this.#pieces.push(payloadBase64);
    this.#keptMs += base64Bytes(payloadBase64) / MULAW_BYTES_PER_MS;
    while (this.#keptMs > KEPT_MS) {
      const oldest = this.#pieces.shift();
      if (oldest === undefined) return;
      this.#keptMs -= base64Bytes(oldest) / MULAW_BYTES_PER_MS;
    }
  }

  /** Everything kept, oldest first; empty afterwards. */
  take(): string[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#keptMs = 0;
    return pieces;
  }
}
