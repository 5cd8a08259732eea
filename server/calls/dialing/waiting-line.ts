import type { CallHead } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import { type InLine, Turns } from "#server/calls/dialing/turns.ts";
import type { Clock } from "#server/lib/clock.ts";

/** Who joined is looked up from this long before the last look on: clocks of servers differ, and a write takes its time. */
const OVERLAP_MS = 5_000;
/** The whole line is read again this often, should somebody have joined it with a clock that is further off. */
const WHOLE_MS = 30_000;

type Deps = { queries: Pick<CallQueries, "line" | "nextQueued">; clock: Clock };

/**
 * The line as this server knows it: of each business no more than since when its first call waits, which may be too early and is never too late. Kept up to date
 * by reading who joined, so that a claim costs as much with ten thousand waiting calls as with ten. The choice is exact [CL330]: whoever seems to be
 * next is looked up, and chosen only if nobody else could be before the call that was found.
 */
export class WaitingLine {
  readonly #deps: Deps;
  readonly #turns = new Turns();
  #heads = new Map<string, Date>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #wholeAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The call whose turn it is; null when nobody waits. */
  async next(): Promise<CallHead | null> {
    await this.#look();
    let found: CallHead | null = null;
    for (;;) {
      const businessId = this.#turns.next(this.#rows());
      if (businessId === null || businessId === found?.businessId) return found;
      found = await this.#deps.queries.nextQueued(businessId);
      if (found === null || found.queuedAt === null) this.#heads.delete(businessId);
      else this.#heads.set(businessId, found.queuedAt);
    }
  }

  /** The business had its turn. */
  served(businessId: string): void {
    this.#turns.served(businessId, this.#deps.clock.nowMs());
  }

  *#rows(): Iterable<InLine> {
    for (const [businessId, headQueuedAt] of this.#heads) yield { businessId, headQueuedAt };
  }

  async #look(): Promise<void> {
    const { queries, clock } = this.#deps;
    const nowMs = clock.nowMs();
    if (nowMs - this.#wholeAtMs >= WHOLE_MS) {
      const line = await queries.line();
      this.#heads = new Map(line.map(({ businessId, headQueuedAt }) => [businessId, headQueuedAt]));
      this.#wholeAtMs = nowMs;
    } else {
      for (const { businessId, headQueuedAt } of await queries.line(new Date(this.#lookedAtMs - OVERLAP_MS)))
        this.#joined(businessId, headQueuedAt);
    }
    this.#lookedAtMs = nowMs;
  }

  #joined(businessId: string, queuedAt: Date): void {
    const known = this.#heads.get(businessId);
    if (known === undefined || queuedAt < known) this.#heads.set(businessId, queuedAt);
  }
}
