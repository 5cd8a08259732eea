import { equalValues } from "#server/database/embedded/values/compare.ts";
import {
  docOf,
  isDoc,
  newDoc,
  typeName,
  type Doc,
  type Value,
} from "#server/database/embedded/values/value.ts";

/** The `updateDescription` of a change event: what differs between two versions of a document. */
export function describeUpdate(before: Doc, after: Doc): Doc {
  const changes: Changes = { updated: newDoc(), removed: [], truncated: [] };
  compareDocs(before, after, "", changes);
  return docOf({
    updatedFields: changes.updated,
    removedFields: changes.removed,
    truncatedArrays: changes.truncated,
  });
}

type Changes = { updated: Doc; removed: Value[]; truncated: Value[] };

function join(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

function compareDocs(before: Doc, after: Doc, path: string, changes: Changes): void {
  for (const key of Object.keys(before)) {
    if (after[key] === undefined) changes.removed.push(join(path, key));
  }
  for (const key of Object.keys(after))
    compareField(before[key], after[key] ?? null, join(path, key), changes);
}

function compareField(before: Value | undefined, after: Value, path: string, changes: Changes): void {
  if (isSame(before, after)) return;
  if (isDoc(before) && isDoc(after)) return compareDocs(before, after, path, changes);
  if (Array.isArray(before) && Array.isArray(after) && after.length > 0 && before.length > 0) {
    for (const [index, item] of after.entries())
      compareField(before[index], item, join(path, index), changes);
    if (after.length < before.length) changes.truncated.push(docOf({ field: path, newSize: after.length }));
    return;
  }
  changes.updated[path] = after;
}

/** Whether nothing changed, types of numbers included. */
function isSame(before: Value | undefined, after: Value): boolean {
  if (before === after) return true;
  if (before === undefined || typeName(before) !== typeName(after)) return false;
  return equalValues(before, after);
}
