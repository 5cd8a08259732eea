import { existsSync } from "node:fs";
import type { Db } from "mongodb";
import {
  TransferError,
  ArchiveWriter,
  type ArchiveTotals,
} from "#server/database/embedded/transfer/archive.ts";

/**
 * Writes every collection of a database with its options and indexes to a new file, readable for its owner only.
 * What is written meanwhile may be in it or not: callers give a database that stands still, or accept that.
 * @throws TransferError
 */
export async function exportDatabase(db: Db, path: string): Promise<ArchiveTotals> {
  if (existsSync(path)) throw new TransferError(`The file ${path} exists already; choose another name.`);
  const writer = await ArchiveWriter.create(path).catch(() => {
    throw new TransferError(`The file ${path} cannot be written; check the folder and its permissions.`);
  });
  try {
    for (const info of await db.listCollections({}, { nameOnly: false }).toArray()) {
      const { name, type } = info;
      if (type !== "collection" || name.startsWith("system.")) continue;
      const options = "options" in info ? (info.options ?? {}) : {};
      await exportCollection(db, name, { ...options }, writer);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

async function exportCollection(
  db: Db,
  name: string,
  options: Record<string, unknown>,
  writer: ArchiveWriter,
): Promise<void> {
  const collection = db.collection(name);
  const indexes = await collection.listIndexes().toArray();
  await writer.collection({ name, options, indexes });
  for await (const bytes of collection.find({}, { raw: true, batchSize: 1000 })) {
    if (!(bytes instanceof Uint8Array))
      throw new TransferError("The driver did not give a document's bytes.");
    await writer.document(bytes);
  }
}
