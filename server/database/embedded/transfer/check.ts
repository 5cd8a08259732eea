import type { Collection, Index } from "#server/database/embedded/storage/catalog.ts";
import { entriesOf } from "#server/database/embedded/storage/documents.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { openStore } from "#server/database/embedded/storage/schema.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";

export type CheckReport = { collections: number; documents: number; indexes: number; problems: string[] };

const CHUNK = 500;
/** One broken index would otherwise name every document. */
const MAX_PROBLEMS = 50;

/**
 * Compares everything in a database file that nobody else has open: what SQLite says, stored counts, and each index
 * with the documents. Changes nothing. Problems name collections and indexes, never values.
 * @throws DataFolderError when the file cannot be opened
 */
export function checkFile(path: string): CheckReport {
  const engine = new Engine(openStore(path));
  try {
    const report: CheckReport = { collections: 0, documents: 0, indexes: 0, problems: [] };
    const faults = engine.fileFaults();
    if (faults.length > 0) report.problems.push(`SQLite finds the file damaged: ${faults.length} faults.`);
    for (const collection of engine.catalog.all()) checkCollection(collection, report);
    report.problems.length = Math.min(report.problems.length, MAX_PROBLEMS);
    return report;
  } finally {
    engine.close();
  }
}

function checkCollection(collection: Collection, report: CheckReport): void {
  const expected = new Map<Index, number>(collection.indexes.map((index) => [index, 0]));
  const missing = new Map<Index, number>();
  let [documents, bytes, unreadable] = [0, 0, 0];
  try {
    for (let last = 0; ;) {
      const rows = collection.records.scan(last, CHUNK, false);
      for (const row of rows) {
        documents += 1;
        bytes += row.bytes.length;
        if (!compareRow(row, expected, missing)) unreadable += 1;
      }
      const end = rows.at(-1);
      if (!end) break;
      last = end.rid;
    }
    const sizes = [...expected].filter(([index, count]) => index.tree.size() !== count);
    for (const [index] of sizes)
      report.problems.push(`${nameOf(collection, index)} has entries of no document.`);
  } catch {
    report.problems.push(`${collection.ns} cannot be read to its end.`);
  }
  const wrong = [...missing];
  for (const [index, count] of wrong)
    report.problems.push(`${nameOf(collection, index)} lacks ${count} of its entries.`);
  if (unreadable > 0) report.problems.push(`${collection.ns} has ${unreadable} unreadable documents.`);
  if (documents !== collection.count || bytes !== collection.bytes)
    report.problems.push(`${collection.ns} has ${documents} documents, but ${collection.count} are counted.`);
  report.collections += 1;
  report.documents += documents;
  report.indexes += collection.indexes.length;
}

const nameOf = (collection: Collection, index: Index) => `The index ${index.name} of ${collection.ns}`;

/** Counts the row's entries, and those an index does not have. False when the document cannot be read. */
function compareRow(
  row: { rid: number; bytes: Uint8Array },
  expected: Map<Index, number>,
  missing: Map<Index, number>,
): boolean {
  try {
    const doc = decodeDoc(row.bytes);
    for (const [index, count] of expected) {
      const { keys } = entriesOf(index, doc);
      expected.set(index, count + keys.size);
      const absent = [...keys.values()].filter(({ bytes }) => !index.tree.has(bytes, row.rid)).length;
      if (absent > 0) missing.set(index, (missing.get(index) ?? 0) + absent);
    }
    return true;
  } catch {
    return false;
  }
}
