import { type Quantiles, quantilesOf } from "#e2e/bench/quantiles.ts";
import { queueCalls } from "#e2e/bench/scheduled-calls.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { PlacesInLine } from "#server/calls/dialing/places-in-line.ts";
import { WaitingLine } from "#server/calls/dialing/waiting-line.ts";
import { connectDatabase } from "#server/database/connection.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { ensureIndexes } from "#server/database/indexes.ts";
import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type LineFigures = {
  waiting: number;
  /** Choosing the call whose turn it is, as each claim does, ms. */
  next: Quantiles;
  /** Reading the whole line, as each claim did before, ms. */
  whole: Quantiles;
  /** Telling somebody their place, ms. */
  place: Quantiles;
};

const TIMES = 100;

/** How long it takes to find the next call of a line, and a place in it. */
export async function measureLine(waiting: number): Promise<LineFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
  const embedded = await startEmbeddedDatabase({ dataDir: folder });
  const database = await connectDatabase(embedded.uri, silentLogger);
  try {
    await ensureIndexes(database.db);
    const calls = await queueCalls(database, waiting);
    const deps = { queries: new CallQueries(database.connection), clock: systemClock };
    const line = new WaitingLine(deps);
    const places = new PlacesInLine(deps);
    // A server has read the whole line once; who joined within the last seconds is looked up with each claim.
    await line.next();
    const next = await timesOf(async () => line.served((await line.next())?.businessId ?? ""));
    const whole = await timesOf(() => deps.queries.line());
    const last = calls.at(-1);
    if (last === undefined) throw new RangeError("Nobody waits.");
    const place = await timesOf(() => places.placeOf(last));
    return { waiting, next: quantilesOf(next), whole: quantilesOf(whole), place: quantilesOf(place) };
  } finally {
    await database.close();
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timesOf(use: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let count = 0; count < TIMES; count++) {
    const startMs = performance.now();
    await use();
    took.push(performance.now() - startMs);
  }
  return took;
}
