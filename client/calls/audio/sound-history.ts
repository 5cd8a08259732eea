export type Levels = { agent: number; consumer: number };

/** Ten a second: the last 30 s. */
const KEPT_MS = 30_000;
/** Below this byte a side is as good as silent. */
const QUIET_LEVEL = 60;
const QUIET_AFTER_MS = 4_000;

/** How loud each side was in the last 30 s, by the page's own clock [UI59]. */
export class SoundHistory {
  #points: (Levels & { atMs: number })[] = [];
  #loudAtMs: number | null = null;
  #firstAtMs: number | null = null;

  add(levels: Levels, nowMs: number) {
    this.#firstAtMs ??= nowMs;
    if (Math.max(levels.agent, levels.consumer) >= QUIET_LEVEL) this.#loudAtMs = nowMs;
    this.#points.push({ ...levels, atMs: nowMs });
    if ((this.#points[0]?.atMs ?? nowMs) < nowMs - KEPT_MS - 1000)
      this.#points = this.#points.filter(({ atMs }) => atMs >= nowMs - KEPT_MS);
  }

  /** Oldest first. */
  get points(): readonly (Levels & { atMs: number })[] {
    return this.#points;
  }

  get last(): Levels {
    return this.#points.at(-1) ?? { agent: 0, consumer: 0 };
  }

  /** Nobody was heard for a while. Before the first level came nothing is known. */
  isQuiet(nowMs: number): boolean {
    const sinceMs = this.#loudAtMs ?? this.#firstAtMs;
    return sinceMs !== null && nowMs - sinceMs >= QUIET_AFTER_MS;
  }

  /** For each of `columns` from 30 s ago to now the loudest level in it; null where nothing is known. */
  columns(columns: number, nowMs: number): (Levels | null)[] {
    const drawn: (Levels | null)[] = Array.from({ length: columns }, () => null);
    for (const { atMs, agent, consumer } of this.#points) {
      const column = Math.floor(((atMs - (nowMs - KEPT_MS)) / KEPT_MS) * columns);
      if (column < 0 || column >= columns) continue;
      const before = drawn[column] ?? { agent: 0, consumer: 0 };
      drawn[column] = {
        agent: Math.max(before.agent, agent),
        consumer: Math.max(before.consumer, consumer),
      };
    }
    return drawn;
  }
}
