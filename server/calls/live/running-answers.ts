import type { Clock } from "#server/lib/clock.ts";

/** How long a cancelled answer may take to say what it used. */
const SETTLE_MS = 1000;

/** The answers that the voice model is making now. Each is paid for, whatever becomes of it, and says how much when it ends. */
export class RunningAnswers {
  readonly #ids = new Set<string>();
  /** Nobody hears them: the model gave them by itself when it was to be silent. */
  readonly #unwanted = new Set<string>();
  #allEnded: (() => void) | null = null;

  get any(): boolean {
    return this.#ids.size > 0;
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  started(answerId: string, isWanted: boolean) {
    this.#ids.add(answerId);
    if (!isWanted) this.#unwanted.add(answerId);
  }

  /** False for an answer that nobody was to hear. */
  ended(answerId: string): boolean {
    this.#ids.delete(answerId);
    if (!this.any) this.#allEnded?.();
    return !this.#unwanted.delete(answerId);
  }

  /** The session is gone: they will not say any more. */
  lost() {
    this.#ids.clear();
    this.#unwanted.clear();
    this.#allEnded?.();
  }

  /** Resolves when all have ended, or were waited for long enough. */
  settled(clock: Clock): Promise<void> {
    if (!this.any) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.after(SETTLE_MS, resolve);
      this.#allEnded = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
