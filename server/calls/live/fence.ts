import type { Clock, Timer } from "#server/lib/clock.ts";

const TICK_MS = 1000;
/** A process that did nothing for this long may have lost its calls to another one without noticing (reliability X4). */
const STALL_MS = 4000;
const ASK_AGAIN_MS = 500;
/** What the voice model may send meanwhile; more, and the call is better taken up anew. */
const MAX_HELD = 2000;

type Deps = {
  clock: Clock;
  /** Whether the call is still ours. Rejects when that can't be found out now. */
  ask(): Promise<boolean>;
  /** Too much was held back. */
  overflowed(): void;
};

/**
 * Lets the voice model's events through, but after a stall of this process not before the call is known to be still ours: no speech, no word in
 * the record and no tool before that [CL108].
 */
export class Fence {
  readonly #deps: Deps;
  #tick: Timer | null = null;
  #lastTickAtMs: number;
  #held: (() => void)[] | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#lastTickAtMs = deps.clock.monotonicMs();
  }

  /** The call is ours from now on. */
  start() {
    const { clock } = this.#deps;
    this.#lastTickAtMs = clock.monotonicMs();
    this.#tick = clock.every(TICK_MS, () => this.#look());
  }

  stop() {
    this.#tick?.cancel();
    this.#tick = null;
    this.#held = null;
  }

  pass(event: () => void) {
    if (this.#tick !== null) this.#look();
    if (this.#held === null) return event();
    if (this.#held.length >= MAX_HELD) return this.#deps.overflowed();
    this.#held.push(event);
  }

  #look() {
    const now = this.#deps.clock.monotonicMs();
    const stalled = now - this.#lastTickAtMs > STALL_MS;
    this.#lastTickAtMs = now;
    if (!stalled || this.#held !== null) return;
    this.#held = [];
    void this.#askUntilKnown();
  }

  async #askUntilKnown(): Promise<void> {
    const { clock, ask } = this.#deps;
    while (this.#held !== null) {
      const ours = await ask().catch(() => null);
      if (ours === null) {
        await clock.sleep(ASK_AGAIN_MS);
        continue;
      }
      // Not ours: whoever asked has let go, and nothing of this is said or done.
      const held = ours ? (this.#held ?? []) : [];
      this.#held = null;
      for (const event of held) event();
      return;
    }
  }
}
