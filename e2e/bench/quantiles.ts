/** Of some measured times, ms: how many there are, and which share of them was at most so long. */
export type Quantiles = { count: number; p50: number; p95: number; p99: number; most: number };

/** @throws RangeError for no values: a figure of nothing would look like one of something */
export function quantilesOf(values: readonly number[]): Quantiles {
  if (values.length === 0) throw new RangeError("Nothing was measured.");
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
