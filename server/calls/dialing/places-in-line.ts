import type { CallHead } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import { placeInTurns } from "#server/calls/dialing/turns.ts";
import type { Clock } from "#server/lib/clock.ts";

/** So many calls move on slowly; to read them for each who asks would hold up their dialling. */
const LONG_LINE_CALLS = 200;
const KEPT_MS = 1_000;

type Reading = ReturnType<CallQueries["line"]>;
type Deps = { queries: Pick<CallQueries, "line" | "rankOf">; clock: Clock };

/** Tells places in the line. A line of 200 calls and more is read once a second, however many ask [CL331]. */
export class PlacesInLine {
  readonly #deps: Deps;
  #long: { line: Reading; atMs: number } | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** How many calls are before this one, and itself; 1 = it is next. Businesses take turns. */
  async placeOf(call: Pick<CallHead, "_id" | "businessId" | "queuedAt">): Promise<number> {
    const [line, rank] = await Promise.all([this.#read(), this.#deps.queries.rankOf(call)]);
    return placeInTurns({ businessId: call.businessId, rank }, line);
  }

  async #read(): Reading {
    const { queries, clock } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (this.#long !== null && nowMs - this.#long.atMs < KEPT_MS) return this.#long.line;
    const reading = { line: queries.line(), atMs: nowMs };
    if (this.#long !== null) this.#long = reading;
    try {
      const line = await reading.line;
      const calls = line.reduce((sum, { count }) => sum + count, 0);
      this.#long = calls < LONG_LINE_CALLS ? null : reading;
      return line;
    } catch (error) {
      this.#long = null;
      throw error;
    }
  }
}
