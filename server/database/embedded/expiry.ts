import { runQuery, type Query } from "#server/database/embedded/planner/execute.ts";
import { ordering } from "#server/database/embedded/query/operators.ts";
import type { Collection, Index } from "#server/database/embedded/storage/catalog.ts";
import { deleteDocument } from "#server/database/embedded/storage/documents.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";

/** One sweep removes at most this many documents per index, so that it never holds up clients for long. */
const MAX_PER_SWEEP = 1_000;

/** Removes documents whose TTL index says that their time is over. Returns how many. */
export function removeExpired(engine: Engine, nowMs: number): number {
  let removed = 0;
  for (const collection of engine.catalog.all()) {
    for (const index of collection.indexes) {
      if (index.expireAfterSeconds !== undefined)
        removed += sweep(engine, collection, index, nowMs - index.expireAfterSeconds * 1000);
    }
  }
  return removed;
}

function sweep(engine: Engine, collection: Collection, index: Index, dueMs: number): number {
  const [field] = index.fields;
  if (!field) return 0;
  const due: Query = {
    filter: {
      kind: "and",
      filters: [
        {
          kind: "field",
          path: field.path,
          parts: field.parts,
          predicate: ordering("lte", new Date(dueMs), undefined),
        },
        ...(index.partial ? [index.partial] : []),
      ],
    },
    sort: [],
    skip: 0,
    limit: MAX_PER_SWEEP,
    collator: undefined,
    hint: undefined,
    backward: false,
    checkTime: () => undefined,
  };
  const found = [...runQuery(collection, due)];
  if (found.length === 0) return 0;
  return engine.statement(() => {
    for (const row of found) deleteDocument(engine, collection, row);
    return found.length;
  });
}
