import type { CreateCollectionOptions, Db, Document, IndexDescription } from "mongodb";
import {
  readArchive,
  TransferError,
  type ArchiveTotals,
} from "#server/database/embedded/transfer/archive.ts";
import type { ArchivedCollection } from "#server/database/embedded/transfer/archive.ts";

const BATCH_DOCUMENTS = 1_000;
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Fills a database from an export. The target may have collections and indexes but no document; when a write
 * fails what was imported is dropped again. Call `checkArchive` first.
 * @throws TransferError
 */
export async function importDatabase(db: Db, path: string): Promise<ArchiveTotals> {
  await refuseDocuments(db);
  const touched: string[] = [];
  try {
    return await fill(db, path, touched);
  } catch (error) {
    for (const name of touched) await db.collection(name).drop();
    if (error instanceof TransferError) throw error;
    throw new TransferError(
      `The import failed and was undone, because the database refused the collection ${touched.at(-1) ?? ""}; see that the target is empty and has room.`,
    );
  }
}

/** Reads the whole file, so that a damaged one is refused before the first write. @throws TransferError */
export async function checkArchive(path: string): Promise<void> {
  try {
    const records = readArchive(path);
    while ((await records.next()).done !== true);
  } catch (error) {
    if (error instanceof TransferError) throw error;
    throw new TransferError(`The file ${path} cannot be read.`);
  }
}

async function refuseDocuments(db: Db): Promise<void> {
  for (const { name, type } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (type === "view" || name.startsWith("system.")) continue;
    if ((await db.collection(name).findOne({}, { projection: { _id: 1 } })) === null) continue;
    throw new TransferError(
      `The target is not empty (${name} has documents); import into an empty database or data folder.`,
    );
  }
}

async function fill(db: Db, path: string, touched: string[]): Promise<ArchiveTotals> {
  const records = readArchive(path);
  let current: ArchivedCollection | undefined;
  let batch: Document[] = [];
  let bytes = 0;
  const flush = async () => {
    if (current && batch.length > 0) await db.collection(current.name).insertMany(batch);
    batch = [];
    bytes = 0;
  };
  const finish = async () => {
    await flush();
    if (current) await makeIndexes(db, current);
  };
  for (;;) {
    const { done, value } = await records.next();
    if (done === true) {
      await finish();
      return value;
    }
    if (value.kind === "collection") {
      await finish();
      current = value.collection;
      touched.push(current.name);
      await makeCollection(db, current);
    } else {
      batch.push(value.document);
      bytes += value.bytes;
      if (batch.length >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES) await flush();
    }
  }
}

async function makeCollection(db: Db, { name, options }: ArchivedCollection): Promise<void> {
  const existing = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (existing.length === 0) await db.createCollection(name, options as CreateCollectionOptions);
}

async function makeIndexes(db: Db, { name, indexes }: ArchivedCollection): Promise<void> {
  const wanted = indexes.filter((index) => index.name !== "_id_");
  const specs = wanted.map(({ v: _version, ns: _ns, ...index }) => index as IndexDescription);
  if (specs.length > 0) await db.collection(name).createIndexes(specs);
}
