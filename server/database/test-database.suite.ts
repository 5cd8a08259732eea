import { connectDatabase, type Database, type Db } from "#server/database/connection.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { ensureIndexes } from "#server/database/indexes.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** 68 years: the most that a TTL index takes. */
const LONGEST_SECONDS = 2_147_483_647;

/**
 * A database of its own for one test file, with all indexes: a fresh one in `MONGODB_URI` when that is set, the embedded one otherwise.
 * Call it at the top of the file and use what it returns inside tests.
 */
export function useTestDatabase(): () => Database {
  let opened: { database: Database; close(): Promise<void> } | null = null;
  beforeAll(async () => {
    opened = await open();
    await ensureIndexes(opened.database.db);
    await expireNothing(opened.database.db);
  });
  afterAll(async () => opened?.close());
  return () => {
    if (opened === null) throw new Error("The test database is open only while tests run.");
    return opened.database;
  };
}

/** The database removes by the time of day, tests write by clocks of their own that stand long before it: within a slow test it would take their documents away. */
async function expireNothing(db: Db): Promise<void> {
  for (const { name: collection } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    for (const { name, expireAfterSeconds } of await db.collection(collection).indexes()) {
      if (expireAfterSeconds === undefined) continue;
      await db.command({ collMod: collection, index: { name, expireAfterSeconds: LONGEST_SECONDS } });
    }
  }
}

async function open() {
  const { MONGODB_URI } = process.env;
  if (MONGODB_URI !== undefined) {
    const uri = new URL(MONGODB_URI);
    uri.pathname = `/ringside-test-${randomUUID().slice(0, 8)}`;
    const database = await connectDatabase(uri.href, silentLogger);
    const close = async () => {
      await database.db.dropDatabase();
      await database.close();
    };
    return { database, close };
  }
  const dataDir = await mkdtemp(join(tmpdir(), "ringside-test-"));
  const embedded = await startEmbeddedDatabase({ dataDir });
  const database = await connectDatabase(embedded.uri, silentLogger);
  const close = async () => {
    await database.close();
    await embedded.stop();
    await rm(dataDir, { recursive: true });
  };
  return { database, close };
}
