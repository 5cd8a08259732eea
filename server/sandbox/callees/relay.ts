import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { HeardNow, Person, SaidLine } from "#server/sandbox/phone/callee.ts";

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);

/** Two at one phone: the first hands it over where they would have hung up, and after a pause the second is there. */
export class Relay implements Person {
  readonly beep = new Promise<void>(() => undefined);
  readonly #first: Person;
  readonly #second: Person;
  #nowMs = 0;
  #pauseMs: number;
  /** When the second took over; null = not yet. */
  #since: number | null = null;
  #handedOver = false;

  constructor(first: Person, pauseMs: number, second: Person) {
    this.#first = first;
    this.#pauseMs = pauseMs;
    this.#second = second;
  }

  said(): readonly SaidLine[] {
    const since = this.#since ?? 0;
    const later = this.#second.said().map((line) => ({
      ...line,
      startedAtMs: line.startedAtMs + since,
      endedAtMs: line.endedAtMs + since,
    }));
    return [...this.#first.said(), ...later];
  }

  say(text: string): void {
    (this.#handedOver ? this.#second : this.#first).say(text);
  }

  step(heard: HeardNow): Uint8Array | null {
    this.#nowMs += MULAW_FRAME_MS;
    if (!this.#handedOver) {
      const frame = this.#first.step(heard);
      if (frame !== null) return frame;
      this.#handedOver = true;
    }
    this.#pauseMs -= MULAW_FRAME_MS;
    if (this.#pauseMs > 0) return SILENCE;
    this.#since ??= this.#nowMs - MULAW_FRAME_MS;
    return this.#second.step(heard);
  }
}
