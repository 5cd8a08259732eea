import { ObjectId } from "bson";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { buildQuery } from "#server/database/embedded/commands/select.ts";
import { failedToParse } from "#server/database/embedded/errors.ts";
import { runQuery, type Found, type Query } from "#server/database/embedded/planner/execute.ts";
import { addFilterFields, topOf } from "#server/database/embedded/query/fields-read.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import {
  deleteDocument,
  insertDocument,
  updateDocument,
} from "#server/database/embedded/storage/documents.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";
import {
  applyUpdate,
  parseUpdate,
  upsertDocument,
  withIdFirst,
  type Update,
} from "#server/database/embedded/update/update.ts";
import { decodeFields } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { docOf, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What a statement works on. */
export type StatementContext = { engine: Engine; ns: string; environment: Environment; checkTime(): void };

export type UpdateStatement = {
  filter: Doc;
  update: Value;
  arrayFilters: Value | undefined;
  multi: boolean;
  upsert: boolean;
  sort: Doc;
  hint: Value | undefined;
  /** Somebody wants to see the documents before or after; otherwise only what the statement looks at is decoded. */
  isShown: boolean;
};

export type UpdateResult = {
  matched: number;
  modified: number;
  /** The `_id` of the document an upsert made. */
  upserted: { id: Value } | undefined;
  /** The last document touched, before and after; `after` alone for an upsert. */
  before: Doc | undefined;
  after: Doc | undefined;
};

/** Inserts one document; fills in `_id` and puts it first. */
export function insertOne(
  context: StatementContext,
  collection: Collection,
  doc: Doc,
  bytes: Uint8Array,
): void {
  const [first] = Object.keys(doc);
  const complete =
    first === "_id" ? doc : withIdFirst(doc, doc["_id"] === undefined ? new ObjectId() : doc["_id"]);
  const stored = first === "_id" ? bytes : encodeDoc(complete);
  context.engine.statement(() => insertDocument(context.engine, collection, complete, stored));
}

/** Runs one update statement; all of it happens, or nothing. */
export function updateMatching(context: StatementContext, statement: UpdateStatement): UpdateResult {
  const { engine, ns, environment } = context;
  const update = parseUpdate(statement.update, statement.arrayFilters, environment);
  if (statement.multi && update.kind === "replace")
    throw failedToParse("multi update is not supported for replacement-style update");
  const query = queryOf(context, statement, statement.multi ? 0 : 1);
  const collection = engine.catalog.get(ns);
  if (collection && !statement.isShown) query.fields = fieldsLookedAt(context, collection, query, update);
  const result = collection ? changeFound(context, collection, query, update) : undefined;
  if (result) return result;
  if (!statement.upsert)
    return { matched: 0, modified: 0, upserted: undefined, before: undefined, after: undefined };
  const after = upsertDocument(update, query.filter, () => new ObjectId(), environment);
  const target = engine.ensureCollection(ns, newDoc());
  engine.statement(() => insertDocument(engine, target, after, encodeDoc(after)));
  return { matched: 0, modified: 0, upserted: { id: after["_id"] ?? null }, before: undefined, after };
}

/** What an update looks into: its filter and order, what it changes, and the indexes that this concerns [DB31]. Undefined: it may be anything. */
function fieldsLookedAt(
  { engine, ns }: StatementContext,
  { indexes }: Collection,
  { filter, sort }: Query,
  update: Update,
): Query["fields"] {
  // The change events of a watched collection compare whole documents.
  if (update.kind !== "operators" || engine.isRecording(ns)) return undefined;
  const fields = new Set(["_id", ...update.touched, ...sort.map(({ path }) => topOf(path))]);
  if (!addFilterFields(filter, fields)) return undefined;
  for (const { reads } of indexes) {
    if (reads === undefined) return undefined;
    if ([...reads].some((name) => update.touched.has(name))) for (const name of reads) fields.add(name);
  }
  return fields;
}

function queryOf(
  context: StatementContext,
  parts: { filter: Doc; sort: Doc; hint: Value | undefined },
  limit: number,
): Query {
  return buildQuery({ ...parts, skip: 0, limit }, context.environment, context.checkTime);
}

/** Updates what a query finds; `undefined` when it finds nothing. What is to change is settled before anything changes. */
function changeFound(
  context: StatementContext,
  collection: Collection,
  query: Query,
  update: Update,
): UpdateResult | undefined {
  if (query.limit === 1) {
    const [only] = runQuery(collection, query);
    return only && context.engine.statement(() => changeAll(context, collection, [only], update, query));
  }
  const rids: number[] = [];
  for (const { rid } of runQuery(collection, query)) rids.push(rid);
  if (rids.length === 0) return undefined;
  return context.engine.statement(() =>
    changeAll(context, collection, refetched(collection, rids, query.fields), update, query),
  );
}

/** The documents again, one at a time, so that an update of very many does not hold them all. */
function* refetched(
  collection: Collection,
  rids: readonly number[],
  fields: Query["fields"],
): Generator<Found> {
  for (const rid of rids) {
    const bytes = collection.records.get(rid);
    if (bytes) yield { rid, bytes, doc: decodeFields(bytes, fields) };
  }
}

function changeAll(
  context: StatementContext,
  collection: Collection,
  found: Iterable<Found>,
  update: Update,
  query: Query,
): UpdateResult {
  const result: UpdateResult = {
    matched: 0,
    modified: 0,
    upserted: undefined,
    before: undefined,
    after: undefined,
  };
  const kind = update.kind === "replace" ? "replace" : "update";
  for (const row of found) {
    context.checkTime();
    const after = applyUpdate(update, row.doc, query.filter, context.environment);
    result.matched += 1;
    if (updateDocument(context.engine, collection, row, after, kind)) result.modified += 1;
    result.before = row.doc;
    result.after = after;
  }
  return result;
}

/** Deletes what a filter finds, or only the first. Returns how many, and the last one. */
export function deleteMatching(
  context: StatementContext,
  parts: { filter: Doc; sort: Doc; hint: Value | undefined },
  onlyOne: boolean,
): { deleted: number; last: Doc | undefined } {
  const query = queryOf(context, parts, onlyOne ? 1 : 0);
  const collection = context.engine.catalog.get(context.ns);
  if (!collection) return { deleted: 0, last: undefined };
  return context.engine.statement(() => {
    let deleted = 0;
    let last: Doc | undefined;
    for (const row of runQuery(collection, query)) {
      deleteDocument(context.engine, collection, row);
      deleted += 1;
      last = row.doc;
    }
    return { deleted, last };
  });
}

/** `{index, _id}` of an upsert, as write replies list it. */
export function upsertedEntry(index: number, id: Value): Doc {
  return docOf({ index, _id: id });
}
