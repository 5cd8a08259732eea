import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient, type Db } from "mongodb";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";

/** A database for one test file: on the server of `MONGODB_URI`, or on an embedded one started for it. */
export type TestDatabase = {
  client: MongoClient;
  db: Db;
  /** Connection string that names the test's own database. */
  uri: string;
  isEmbedded: boolean;
  close(): Promise<void>;
};

/** The one place where tests choose their server. Everything is thrown away by `close`. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const name = `test-${randomUUID()}`;
  const { base, stop } = await testServer();
  const url = new URL(base);
  url.pathname = `/${name}`;
  const uri = url.toString();
  const client = await new MongoClient(uri).connect();
  const db = client.db(name);
  return {
    client,
    db,
    uri,
    isEmbedded: process.env["MONGODB_URI"] === undefined,
    close: async () => {
      await db.dropDatabase();
      await client.close();
      await stop();
    },
  };
}

async function testServer(): Promise<{ base: string; stop(): Promise<void> }> {
  const external = process.env["MONGODB_URI"];
  if (external !== undefined) return { base: external, stop: async () => undefined };
  const dataDir = mkdtempSync(join(tmpdir(), "ringside-db-"));
  const embedded = await startEmbeddedDatabase({ dataDir });
  return {
    base: embedded.uri,
    stop: async () => {
      await embedded.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
