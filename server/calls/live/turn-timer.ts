import type { Clock } from "#server/lib/clock.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

type Deps = {
  clock: Clock;
  callMs(): number;
  record(event: NewCallEvent): void;
  measured(what: "firstWordMs" | "turnMs", ms: number): void;
};

/** How long people wait for the agent: for its first word, and after each turn of theirs until its answer sounds. */
export class TurnTimer {
  readonly #deps: Deps;
  #turnEndedAtMs: number | null = null;
  #silentSoFar = true;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  turnStarted() {
    this.#turnEndedAtMs = null;
  }

  turnEnded() {
    this.#turnEndedAtMs = this.#deps.clock.monotonicMs();
  }

  /** A piece of the agent's audio is on its way to the ear. */
  sounded() {
    const { clock, callMs, record, measured } = this.#deps;
    if (this.#silentSoFar) {
      this.#silentSoFar = false;
      measured("firstWordMs", callMs());
    }
    if (this.#turnEndedAtMs === null) return;
    const latencyMs = Math.round(clock.monotonicMs() - this.#turnEndedAtMs);
    this.#turnEndedAtMs = null;
    measured("turnMs", latencyMs);
    record({ type: "turn.measured", latencyMs, atMs: callMs() });
  }
}
