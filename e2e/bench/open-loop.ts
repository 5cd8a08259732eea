import { type Quantiles, quantilesOf } from "#e2e/bench/quantiles.ts";

/** Something a signed-in person asks of the server; resolves when the whole reply is there. */
export type Operation = {
  name: string;
  kind: "read" | "write";
  /** How often among the others. */ weight: number;
  run(): Promise<unknown>;
};

type OperationFigures = Quantiles & { kind: Operation["kind"]; failed: number };

export type LoadFigures = {
  perSecond: number;
  seconds: number;
  all: Quantiles;
  byOperation: Record<string, OperationFigures>;
  failed: number;
  /** Code of each failure, and how often. */
  failures: Record<string, number>;
  /** How late requests were sent, ms: with a late sender the figures would be its own. */
  sentLate: Quantiles;
};

type Sample = { operation: Operation; tookMs: number; lateMs: number; failed: string | null };

/** The same sequence in each run: every operation as often as it weighs, evenly mixed. */
export function sequenceOf(operations: readonly Operation[], count: number): Operation[] {
  const total = operations.reduce((sum, { weight }) => sum + weight, 0);
  const credit = operations.map(() => 0);
  return Array.from({ length: count }, () => {
    operations.forEach(({ weight }, index) => (credit[index] = (credit[index] ?? 0) + weight));
    const richest = credit.indexOf(Math.max(...credit));
    credit[richest] = (credit[richest] ?? 0) - total;
    const chosen = operations[richest];
    if (chosen === undefined) throw new RangeError("There is nothing to ask for.");
    return chosen;
  });
}

/**
 * Sends requests at fixed instants, whether earlier ones were answered or not, and counts each from the instant at which it was to be sent: a server that stalls is
 * charged for all who would have come meanwhile.
 */
export async function runOpenLoop(
  operations: readonly Operation[],
  { perSecond, seconds, warmSeconds }: { perSecond: number; seconds: number; warmSeconds: number },
): Promise<LoadFigures> {
  const warm = perSecond * warmSeconds;
  const sequence = sequenceOf(operations, warm + perSecond * seconds);
  const startMs = performance.now() + 100;
  const samples: Promise<Sample>[] = [];
  await new Promise<void>((done) => {
    const tick = () => {
      for (;;) {
        const index = samples.length;
        const operation = sequence[index];
        if (operation === undefined) return done();
        const dueMs = startMs + (index * 1000) / perSecond;
        if (performance.now() < dueMs) break;
        samples.push(sample(operation, dueMs));
      }
      setTimeout(tick, 1);
    };
    tick();
  });
  return figuresOf((await Promise.all(samples)).slice(warm), perSecond, seconds);
}

async function sample(operation: Operation, dueMs: number): Promise<Sample> {
  const lateMs = performance.now() - dueMs;
  let failed: string | null = null;
  try {
    await operation.run();
  } catch (error) {
    failed = error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return { operation, tookMs: performance.now() - dueMs, lateMs, failed };
}

function figuresOf(samples: readonly Sample[], perSecond: number, seconds: number): LoadFigures {
  const times = (some: readonly Sample[]) => quantilesOf(some.map(({ tookMs }) => tookMs));
  const failures: Record<string, number> = {};
  for (const { failed, operation } of samples) {
    if (failed !== null)
      failures[`${operation.name} ${failed}`] = (failures[`${operation.name} ${failed}`] ?? 0) + 1;
  }
  const failedOf = (some: readonly Sample[]) => some.filter(({ failed }) => failed !== null).length;
  const byOperation = [...Map.groupBy(samples, ({ operation }) => operation)].map(
    ([{ name, kind }, own]) => [name, { kind, ...times(own), failed: failedOf(own) }] as const,
  );
  return {
    perSecond,
    seconds,
    all: times(samples),
    byOperation: Object.fromEntries(byOperation),
    failed: failedOf(samples),
    failures,
    sentLate: quantilesOf(samples.map(({ lateMs }) => lateMs)),
  };
}
