import { type Quantiles, quantilesOf } from "#e2e/bench/quantiles.ts";
import { type Api, signUp } from "#e2e/support/api.ts";
import { startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { connectDatabase } from "#server/database/connection.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { fillMarket } from "#server/matching/filled-market.suite.ts";
import { type ReadCounts, readsAt } from "#server/matching/market-reads.suite.ts";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type MarketSize = { businesses: number; leads: number };
export type MarketFigures = MarketSize & { requests: Record<string, Quantiles>; reads: ReadCounts };

const WARM = 10;

/** Asks a whole server for inboxes and matches, one request after the other, with a market of this size in its database; then counts what such requests read. */
export async function measureMarket(size: MarketSize, times: number): Promise<MarketFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
  const sandbox = await TestSandbox.start();
  const embedded = await startEmbeddedDatabase({ dataDir: join(folder, "database") });
  const secret = () => randomBytes(32).toString("base64");
  const keys = { SESSION_SECRET: secret(), FIELD_KEYS: `k1:${secret()}`, INDEX_KEY: secret() };
  const ringside = await startRingside({
    env: { ...sandbox.env, ...keys, DEMO: "off", MONGODB_URI: embedded.uri },
  });
  try {
    const business = await signUp(ringside.baseUrl, "business", "Clearwater");
    const { businessId } = await business.api.business.updateProfile({
      name: "Clearwater",
      categories: ["legal"],
    });
    const database = await connectDatabase(embedded.uri, silentLogger);
    const { before } = await fillMarket(database, { ...size, inboxOf: businessId });
    await database.close();
    const consumer = await signUp(ringside.baseUrl, "consumer", "Ada Hollis");
    const requests = await measureRequests(business.api, consumer.api, before, times);
    return { ...size, requests, reads: await readsAt(size) };
  } finally {
    await ringside.stop();
    await embedded.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRequests(business: Api, consumer: Api, before: string, times: number) {
  const { leads } = business.business;
  const submit = () =>
    consumer.lead.submit({
      description: "The kitchen sink leaks. Please come soon.",
      category: "plumbing",
      postalCode: "11201",
      timeZone: "America/New_York",
    });
  const { leadId } = await submit();
  const uses: Record<string, () => Promise<unknown>> = {
    "business.leads, first page": () => leads({ limit: 50 }),
    "business.leads, deep page": () => leads({ limit: 50, before }),
    "business.leads, new": () => leads({ view: "new", limit: 50 }),
    "business.leads, interested": () => leads({ view: "interested", limit: 50 }),
    "business.leads, done": () => leads({ view: "done", limit: 50 }),
    "lead.submit": submit,
    "lead.matches": () => consumer.lead.matches({ leadId }),
  };
  const figures: Record<string, Quantiles> = {};
  for (const [name, use] of Object.entries(uses)) figures[name] = quantilesOf(await timesOf(use, times));
  return figures;
}

async function timesOf(use: () => Promise<unknown>, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let count = 0; count < WARM + times; count++) {
    const startMs = performance.now();
    await use();
    if (count >= WARM) took.push(performance.now() - startMs);
  }
  return took;
}
