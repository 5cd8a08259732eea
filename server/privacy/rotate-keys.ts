import type { Db } from "#server/database/connection.ts";
import { SealError, type SealKey, createSeals } from "#server/lib/sealed.ts";

/** Every field of the database that holds a sealed value; its place is collection, field and the document's own id. */
const SEALED_FIELDS = [
  { collection: "phones", field: "sealed" },
  { collection: "calls", field: "phone" },
] as const;

type SealedDocument = { _id: string; [field: string]: unknown };

/** What became of one value. `changed`: somebody wrote another one meanwhile. `unreadable`: its key is not configured, and it stays as it is. */
type Rotated = "resealed" | "changed" | "unreadable";

const escaped = (text: string) => text.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`);

/** Sealed, and not under this key. */
const underOlderKey = (field: string, newestKeyId: string) => ({
  [field]: { $regex: `^v1:(?!${escaped(newestKeyId)}:)` },
});

/**
 * One pass: seals what is under an older key again under the newest of `keys` (newest first), value by value. Whoever stops in the middle goes on later
 * where it was left [PD6].
 */
export async function* rotateOnce(
  db: Db,
  keys: readonly SealKey[],
  indexKey: Buffer,
): AsyncGenerator<Rotated> {
  const seals = createSeals(keys, indexKey);
  const newest = keys[0]?.keyId ?? "";
  for (const { collection, field } of SEALED_FIELDS) {
    const documents = db.collection<SealedDocument>(collection);
    const rows = documents.find(underOlderKey(field, newest), { projection: { [field]: 1 } });
    for await (const { _id, [field]: sealed } of rows) {
      const place = { collection, field, documentId: _id };
      const fresh = unlessUnreadable(() => seals.seal(seals.open(String(sealed), place), place));
      if (fresh === null) {
        yield "unreadable";
        continue;
      }
      const change = { $set: { [field]: fresh } };
      const { matchedCount } = await documents.updateOne({ _id, [field]: sealed }, change);
      yield matchedCount === 1 ? "resealed" : "changed";
    }
  }
}

function unlessUnreadable(work: () => string): string | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** Passes until one finds nothing that can be sealed anew. `left`: values that are still under an older key. */
export async function rotateKeys(
  db: Db,
  keys: readonly SealKey[],
  indexKey: Buffer,
): Promise<{ resealed: number; left: number }> {
  let resealed = 0;
  for (let moved = 1; moved > 0; resealed += moved) {
    moved = 0;
    for await (const result of rotateOnce(db, keys, indexKey)) if (result !== "unreadable") moved += 1;
  }
  return { resealed, left: await countUnderOlderKeys(db, keys[0]?.keyId ?? "") };
}

async function countUnderOlderKeys(db: Db, newestKeyId: string): Promise<number> {
  const counts = SEALED_FIELDS.map(({ collection, field }) =>
    db.collection<SealedDocument>(collection).countDocuments(underOlderKey(field, newestKeyId)),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
