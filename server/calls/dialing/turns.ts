/** A business with calls in line, and since when the first of them waits. */
export type InLine = { businessId: string; headQueuedAt: Date };

/** Businesses whose last turn is remembered; whoever is forgotten is at most served once too early. */
const MAX_REMEMBERED = 10_000;

/**
 * Whose turn it is [CL260]: businesses take turns, however many calls each has in line. Next is the one that has waited longest: since its first
 * call came into the line, or since its last turn if that is later. So nobody is served twice while another waits, and a business with few calls
 * never waits behind all calls of one with many. Turns are those that this server gave; a call is dialled once whatever others remember.
 */
export class Turns {
  /** In the order of the turns. */
  readonly #last = new Map<string, { atMs: number; turn: number }>();
  #turn = 0;

  next(line: Iterable<InLine>): string | null {
    let next: { businessId: string; sinceMs: number; turn: number } | null = null;
    for (const { businessId, headQueuedAt } of line) {
      const { atMs, turn } = this.#last.get(businessId) ?? { atMs: 0, turn: 0 };
      const sinceMs = Math.max(atMs, headQueuedAt.getTime());
      if (next !== null && (sinceMs > next.sinceMs || (sinceMs === next.sinceMs && turn >= next.turn)))
        continue;
      next = { businessId, sinceMs, turn };
    }
    return next?.businessId ?? null;
  }

  served(businessId: string, nowMs: number) {
    this.#last.delete(businessId);
    this.#last.set(businessId, { atMs: nowMs, turn: ++this.#turn });
    const oldest = this.#last.size > MAX_REMEMBERED ? this.#last.keys().next().value : undefined;
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}

/** The line as it will be served if nobody joins it: everybody's first call, then everybody's second. Rows come in the order of `queuedAt`. */
export function turnOrder<Row extends { businessId: string }>(rows: readonly Row[]): Row[] {
  const seen = new Map<string, number>();
  const rounds: Row[][] = [];
  for (const row of rows) {
    const rank = seen.get(row.businessId) ?? 0;
    seen.set(row.businessId, rank + 1);
    (rounds[rank] ??= []).push(row);
  }
  const heads = new Map([...seen.keys()].map((businessId, index) => [businessId, index]));
  const byHead = (a: Row, b: Row) => (heads.get(a.businessId) ?? 0) - (heads.get(b.businessId) ?? 0);
  return rounds.flatMap((round) => round.toSorted(byHead));
}

/** The place of a call in `turnOrder`, counted from 1, without reading the line: `rank` calls of its own business are before it. */
export function placeInTurns(
  { businessId, rank }: { businessId: string; rank: number },
  line: readonly (InLine & { count: number })[],
): number {
  const own = line.find((one) => one.businessId === businessId);
  const headMs = own?.headQueuedAt.getTime() ?? Number.POSITIVE_INFINITY;
  const before = line
    .filter((one) => one.businessId !== businessId)
    .map(({ count, headQueuedAt }) => Math.min(count, headQueuedAt.getTime() < headMs ? rank + 1 : rank));
  return before.reduce((sum, count) => sum + count, 1 + rank);
}
