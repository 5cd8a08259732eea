import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MongoClient, type Db } from "mongodb";
import { z } from "zod";
import { EmbeddedDatabaseError, startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { ADDRESS_FILE, DATABASE_FILE } from "#server/database/embedded/storage/schema.ts";
import { TransferError } from "#server/database/embedded/transfer/archive.ts";

/** A database named on the command line: a MongoDB address, or a data folder. */
export type Place = { kind: "uri"; uri: string } | { kind: "folder"; folder: string };

const addressSchema = z.object({ pid: z.number(), port: z.number() });
const snapshotSchema = z.object({ folder: z.string(), faults: z.array(z.string()) });
const ANSWER_WITHIN_MS = 5_000;
const DEFAULT_DATABASE = "ringside";

export function placeOf(text: string): Place {
  return /^mongodb(?:\+srv)?:\/\//.test(text) ? { kind: "uri", uri: text } : { kind: "folder", folder: text };
}

/** The address of the server that runs on a data folder, or null. */
export async function runningOn(folder: string): Promise<string | null> {
  const path = join(folder, ADDRESS_FILE);
  if (!existsSync(path)) return null;
  const data = addressIn(path);
  if (data === undefined) return null;
  const uri = `mongodb://127.0.0.1:${data.port}/${DEFAULT_DATABASE}?directConnection=true`;
  try {
    const { pid } = await withClient(uri, (db) => db.admin().command({ serverStatus: 1 }));
    return pid === data.pid ? uri : null;
  } catch {
    return null; // It was left by a server that is gone.
  }
}

/** What the file says; nothing when it was cut short. */
function addressIn(path: string): z.infer<typeof addressSchema> | undefined {
  try {
    return addressSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** Runs `use` with the place's database; a data folder that no server uses gets one for the time. */
export async function withDatabase<T>(place: Place, use: (db: Db) => Promise<T>): Promise<T> {
  if (place.kind === "uri") return withClient(place.uri, use);
  const running = await runningOn(place.folder);
  if (running !== null) return withClient(running, use);
  const server = await startEmbeddedDatabase({ dataDir: place.folder });
  try {
    return await withClient(server.uri, use);
  } finally {
    await server.stop();
  }
}

/** The same with a database that stands still: a running built-in one is copied first. `note` hears when that cannot be had. */
export async function withStandingDatabase<T>(
  place: Place,
  use: (db: Db) => Promise<T>,
  note: (sentence: string) => void,
): Promise<T> {
  if (place.kind === "folder" && !existsSync(join(place.folder, DATABASE_FILE)))
    throw new TransferError(`The folder ${place.folder} holds no Ringside database.`);
  const uri = place.kind === "uri" ? place.uri : await runningOn(place.folder);
  if (uri === null) return withDatabase(place, use);
  const name = await withClient(uri, async (db) => ((await isBuiltIn(db)) ? db.databaseName : null));
  if (name === null) {
    note("This is not the built-in database: what is written during the export may be in it or not.");
    return withClient(uri, use);
  }
  return withSnapshot(uri, async ({ folder }) => {
    const server = await startEmbeddedDatabase({ dataDir: folder });
    try {
      return await withClient(server.uri, (db) => use(db), name);
    } finally {
      await server.stop();
    }
  });
}

/** Runs `use` with a consistent copy of a running built-in database, and removes the copy. */
export async function withSnapshot<T>(
  uri: string,
  use: (snapshot: z.infer<typeof snapshotSchema>) => Promise<T>,
  check = false,
): Promise<T> {
  const reply = await withClient(uri, (db) => db.admin().command({ ringsideSnapshot: 1, check }));
  const snapshot = snapshotSchema.parse(reply);
  if (!existsSync(snapshot.folder))
    throw new TransferError("The server runs on another machine; run this command there.");
  try {
    return await use(snapshot);
  } finally {
    rmSync(snapshot.folder, { recursive: true, force: true });
  }
}

async function isBuiltIn(db: Db): Promise<boolean> {
  const { modules }: { modules?: unknown } = await db.admin().command({ buildInfo: 1 });
  return Array.isArray(modules) && modules.includes("ringside-embedded");
}

async function withClient<T>(uri: string, use: (db: Db) => Promise<T>, name?: string): Promise<T> {
  let client: MongoClient;
  try {
    client = new MongoClient(uri, { serverSelectionTimeoutMS: ANSWER_WITHIN_MS });
    await client.connect();
  } catch {
    throw new TransferError(
      "The database cannot be reached; check that it runs and that its address is right.",
    );
  }
  try {
    return await use(client.db(name ?? databaseName(uri)));
  } finally {
    await client.close();
  }
}

/** The database an address names; without one the product's. */
function databaseName(uri: string): string | undefined {
  return /^mongodb(?:\+srv)?:\/\/[^/]+\/[^?]+/.test(uri) ? undefined : DEFAULT_DATABASE;
}

/** The sentence for a person, when the fault is a known one. */
export function sentenceOf(error: unknown): string | null {
  return error instanceof TransferError || error instanceof EmbeddedDatabaseError ? error.message : null;
}
