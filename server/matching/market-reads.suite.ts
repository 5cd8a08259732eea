import { createPhones } from "#server/accounts/phones.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { randomBytes } from "node:crypto";
import { createBusinesses } from "#server/accounts/businesses.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { createConsents } from "#server/compliance/consents.ts";
import { connectDatabase, type Database } from "#server/database/connection.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { ensureIndexes } from "#server/database/indexes.ts";
import { createLeads, type Leads } from "#server/leads/leads.ts";
import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { consumer, leadRequest, speakerOf } from "#server/matching/marketplace.suite.ts";
import { fillMarket, type FilledMarket } from "#server/matching/filled-market.suite.ts";
import { createMatchStore } from "#server/matching/match-store.ts";
import { createMatching } from "#server/matching/matching.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Read = { collection: string; command: Record<string, unknown> };
type Stats = { executionStats: { totalDocsExamined: number; totalKeysExamined: number } };

type Listened = { database: Database; reads: Read[]; close(): Promise<void> };

/** A database of its own whose reads can be listened to. */
async function open(): Promise<Listened> {
  const dataDir = await mkdtemp(join(tmpdir(), "ringside-test-"));
  const embedded = await startEmbeddedDatabase({ dataDir });
  const uri = new URL(embedded.uri);
  uri.searchParams.set("monitorCommands", "true");
  const database = await connectDatabase(uri.href, silentLogger);
  const close = async () => {
    await database.close();
    await embedded.stop();
    await rm(dataDir, { recursive: true });
  };
  await ensureIndexes(database.db);
  const reads: Read[] = [];
  database.connection.getClient().on("commandStarted", ({ commandName, command }) => {
    if (commandName !== "find" && commandName !== "aggregate") return;
    const { lsid: _lsid, $db: _db, ...rest } = command;
    reads.push({ collection: String(command[commandName]), command: rest });
  });
  return { database, reads, close };
}

function createMarket({ connection: db, db: raw }: Database) {
  const clock = systemClock;
  const businesses = createBusinesses({ connection: db, clock });
  const consents = createConsents({ db, clock });
  const matches = createMatchStore({ db, clock });
  const queries = new CallQueries(db);
  const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));
  const phones = createPhones({ db: raw, seals, clock });
  const leads: Leads = createLeads({
    db,
    clock,
    logger: silentLogger,
    analyst: { classifyLead: async () => ({ kind: "unavailable", reason: "test", retryAfterMs: null }) },
    consents,
    announce: () => undefined,
    matchedBusinesses: matches.matchedBusinesses,
    legalNameOf: async (businessId) => (await businesses.byId(businessId))?.legalName ?? null,
  });
  const matching = createMatching({
    news: { matched() {}, interested() {} },
    matches,
    leads,
    consents,
    announce: () => undefined,
    findServing: businesses.findServing,
    businessById: businesses.byId,
    openCallsOf: (businessIds) => queries.openByBusiness(businessIds),
    businessesById: businesses.byIds,
    maskedPhonesOf: phones.maskedOfEach,
  });
  return { leads, matching };
}

export type ReadCounts = Record<string, { queries: number; documents: number; keys: number }>;

/** How many queries each use case reads at this size. */
export async function readsAt(size: { businesses: number; leads: number }): Promise<ReadCounts> {
  const { database, reads, close } = await open();
  try {
    const filled = await fillMarket(database, size);
    const market = createMarket(database);
    const counted: ReadCounts = {};
    for (const [name, use] of Object.entries(uses(market, filled))) {
      reads.length = 0;
      await use();
      const own = reads.splice(0);
      if (own.length === 0) throw new Error(`Nothing was read for ${name}.`);
      counted[name] = { queries: own.length, ...(await examined(database, own)) };
    }
    return counted;
  } finally {
    await close();
  }
}

function uses({ leads, matching }: ReturnType<typeof createMarket>, { profile, before }: FilledMarket) {
  const speaker = speakerOf(profile);
  const asker = consumer();
  const asked: string[] = [];
  return {
    "matching a lead": async () => {
      const lead = await leads.submit(asker, leadRequest);
      asked.push(lead.leadId);
      await matching.matchLead(lead);
    },
    "the matches of a lead": () => matching.matchesOfLead(asker, asked[0] ?? ""),
    "offering leads to a business": () => matching.matchBusiness(profile.businessId),
    "an inbox": () => matching.leadsOfBusiness(speaker, { limit: 50 }),
    "a view": () => matching.leadsOfBusiness(speaker, { view: "interested", limit: 50 }),
    "what is done": () => matching.leadsOfBusiness(speaker, { view: "done", limit: 50 }),
    "a later page": () => matching.leadsOfBusiness(speaker, { before, limit: 50 }),
  };
}

async function examined({ db }: Database, reads: Read[]) {
  let [documents, keys] = [0, 0];
  for (const { command } of reads) {
    const explained = await db.command({ explain: command, verbosity: "executionStats" });
    const { executionStats } = explained as unknown as Stats;
    documents += executionStats.totalDocsExamined;
    keys += executionStats.totalKeysExamined;
  }
  return { documents, keys };
}
