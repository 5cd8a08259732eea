import type { Goodbye } from "#server/calls/live/goodbye.ts";
import type { Clock } from "#server/lib/clock.ts";

/** An opt-out must not be lost to a moment without a database. */
const RETRY_MS = [200, 500, 1000, 2000, 5000];

type Deps = {
  clock: Clock;
  goodbye: Goodbye;
  /** Answers that run now. */
  running(): Iterable<string>;
  suppress(how: "spoken" | "key"): Promise<void>;
};

/** "Stop calling me" in this call, once, by word or key: suppressed, and the call ends after the next thing the agent says [CL45]. */
export class StopRequest {
  readonly #deps: Deps;
  #made = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get made(): boolean {
    return this.#made;
  }

  /** Rejects when the number could not be suppressed in time; the call ends all the same. */
  async make(how: "spoken" | "key"): Promise<void> {
    if (this.#made) return;
    this.#made = true;
    const { clock, goodbye, running, suppress } = this.#deps;
    goodbye.wantedAfterNextAnswer({ status: "completed", reason: "opted_out" }, running());
    for (const pauseMs of [...RETRY_MS, null]) {
      try {
        return await suppress(how);
      } catch (error) {
        if (pauseMs === null) throw error;
        await clock.sleep(pauseMs);
      }
    }
  }
}
