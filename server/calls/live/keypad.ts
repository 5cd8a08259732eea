import type { Clock, Timer } from "#server/lib/clock.ts";

/** Keys closer together than this are one input. */
const PAUSE_MS = 1500;
/** A card number has 12 digits or more: what is that long is told to nobody and kept nowhere. */
const MAX_KEYS = 8;

/**
 * Keys that the person presses, collected to one input and told to the agent [CL76]. They may be secrets: they are neither logged nor journalled, and
 * a long number is not passed on at all.
 */
export class Keypad {
  readonly #clock: Clock;
  readonly #tell: (note: string) => void;
  #keys: string[] = [];
  #pause: Timer | null = null;

  constructor(clock: Clock, tell: (note: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  pressed(key: string) {
    if (this.#keys.length <= MAX_KEYS) this.#keys.push(key);
    this.#pause?.cancel();
    this.#pause = this.#clock.after(PAUSE_MS, () => this.#flush());
  }

  stop() {
    this.#pause?.cancel();
    this.#pause = null;
    this.#keys = [];
  }

  #flush() {
    const keys = this.#keys;
    this.stop();
    this.#tell(
      keys.length > MAX_KEYS
        ? "The person typed a long number on their phone. It was not kept. Do not ask for it."
        : `The person pressed on their phone: ${keys.join(" ")}`,
    );
  }
}
