import { ServerError } from "#server/database/embedded/errors.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import type { Collection, Index } from "#server/database/embedded/storage/catalog.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";
import { indexKeys, type IndexKeys } from "#server/database/embedded/storage/index-keys.ts";
import { describeUpdate } from "#server/database/embedded/update/describe.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { EMPTY_ARRAY, type KeyPart } from "#server/database/embedded/values/key-encode.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";
import { BSONRegExp } from "bson";

/** MongoDB's limit for one document. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const NO_RECORD = -1;

/** Stores a new document with its index entries. Call inside `engine.statement`. */
export function insertDocument(engine: Engine, collection: Collection, doc: Doc, bytes: Uint8Array): number {
  checkDocument(doc, bytes);
  const rid = collection.records.insert(bytes);
  for (const index of collection.indexes) addEntries(engine, collection, index, doc, rid);
  engine.catalog.adjust(collection, 1, bytes.length);
  if (engine.isRecording(collection.ns)) {
    engine.note({
      kind: "insert",
      ns: collection.ns,
      uuid: collection.uuid,
      id: idOf(doc),
      after: Uint8Array.from(bytes),
    });
  }
  return rid;
}

/** Replaces a stored document. Says whether anything changed at all. */
export function updateDocument(
  engine: Engine,
  collection: Collection,
  row: { rid: number; bytes: Uint8Array; doc: Doc },
  after: Doc,
  kind: "update" | "replace",
): boolean {
  const bytes = encodeDoc(after);
  checkDocument(after, bytes);
  if (Buffer.compare(bytes, row.bytes) === 0) return false;
  collection.records.replace(row.rid, bytes);
  for (const index of collection.indexes) moveEntries(engine, collection, index, row.doc, after, row.rid);
  engine.catalog.adjust(collection, 0, bytes.length - row.bytes.length);
  if (engine.isRecording(collection.ns)) noteUpdate(engine, collection, row, after, bytes, kind);
  return true;
}

export function deleteDocument(
  engine: Engine,
  collection: Collection,
  row: { rid: number; bytes: Uint8Array; doc: Doc },
): void {
  collection.records.remove(row.rid);
  for (const index of collection.indexes) {
    for (const { bytes } of entriesOf(index, row.doc).keys.values()) index.tree.remove(bytes, row.rid);
  }
  engine.catalog.adjust(collection, -1, -row.bytes.length);
  if (!engine.isRecording(collection.ns)) return;
  const { ns, uuid } = collection;
  engine.note({ kind: "delete", ns, uuid, id: idOf(row.doc), before: imageOf(collection, row.bytes) });
}

/** Fills a new index from the documents there are. */
export function buildIndex(engine: Engine, collection: Collection, index: Index): void {
  let last = 0;
  for (;;) {
    const rows = collection.records.scan(last, 500, false);
    for (const row of rows) addEntries(engine, collection, index, decodeDoc(row.bytes), row.rid);
    const end = rows.at(-1);
    if (!end) return;
    last = end.rid;
  }
}

function checkDocument(doc: Doc, bytes: Uint8Array): void {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new ServerError(
      10334,
      `The document has ${bytes.length} bytes; at most ${MAX_DOCUMENT_BYTES} are allowed.`,
    );
  }
  const id = doc["_id"];
  if (Array.isArray(id)) throw new ServerError(53, "The '_id' value cannot be of type array");
  if (id instanceof BSONRegExp) throw new ServerError(53, "The '_id' value cannot be of type regex");
  const operator = isDoc(id) ? Object.keys(id).find((name) => name.startsWith("$")) : undefined;
  if (operator !== undefined)
    throw new ServerError(
      52,
      `_id fields may not contain '$'-prefixed fields: ${operator} is not valid for storage.`,
    );
}

function idOf(doc: Doc): Doc {
  return docOf({ _id: doc["_id"] });
}

/** The bytes before or after a change, for collections that asked for such images. */
function imageOf(collection: Collection, bytes: Uint8Array): Uint8Array | undefined {
  const images = collection.options["changeStreamPreAndPostImages"];
  return isDoc(images) && images["enabled"] === true ? Uint8Array.from(bytes) : undefined;
}

function noteUpdate(
  engine: Engine,
  collection: Collection,
  row: { bytes: Uint8Array; doc: Doc },
  after: Doc,
  bytes: Buffer,
  kind: "update" | "replace",
): void {
  const { ns, uuid } = collection;
  const before = imageOf(collection, row.bytes);
  const common = { ns, uuid, id: idOf(after), before };
  if (kind === "replace") engine.note({ ...common, kind, after: Uint8Array.from(bytes) });
  else
    engine.note({
      ...common,
      kind,
      description: describeUpdate(row.doc, after),
      after: imageOf(collection, bytes),
    });
}

const NOTHING: IndexKeys = { keys: new Map(), multikey: [], present: false };

/** The entries a document has in an index, after the index's own filters. */
export function entriesOf(index: Index, doc: Doc): IndexKeys {
  if (index.partial && !matches(index.partial, doc)) return NOTHING;
  const found = indexKeys(doc, index.fields);
  return index.sparse && !found.present ? NOTHING : found;
}

function addEntries(engine: Engine, collection: Collection, index: Index, doc: Doc, rid: number): void {
  const { keys, multikey } = entriesOf(index, doc);
  for (const { bytes, parts } of keys.values()) {
    if (index.unique) refuseDuplicate(collection, index, bytes, parts, NO_RECORD);
    index.tree.insert(bytes, rid);
  }
  engine.catalog.markMultikey(index, multikey);
}

function moveEntries(
  engine: Engine,
  collection: Collection,
  index: Index,
  before: Doc,
  after: Doc,
  rid: number,
): void {
  if (index.reads !== undefined && areSame(index.reads, before, after)) return;
  const old = entriesOf(index, before);
  const next = entriesOf(index, after);
  for (const [identity, { bytes }] of old.keys) if (!next.keys.has(identity)) index.tree.remove(bytes, rid);
  for (const [identity, { bytes, parts }] of next.keys) {
    if (old.keys.has(identity)) continue;
    if (index.unique) refuseDuplicate(collection, index, bytes, parts, rid);
    index.tree.insert(bytes, rid);
  }
  engine.catalog.markMultikey(index, next.multikey);
}

/** Updates share what they leave alone: a field that is the very same value has the same keys [DB31]. */
function areSame(fields: ReadonlySet<string>, before: Doc, after: Doc): boolean {
  for (const name of fields) if (before[name] !== after[name]) return false;
  return true;
}

function refuseDuplicate(
  collection: Collection,
  index: Index,
  key: Buffer,
  parts: readonly KeyPart[],
  except: number,
): void {
  if (index.tree.holder(key, except) === undefined) return;
  const keyValue = newDoc();
  for (const [place, field] of index.fields.entries()) keyValue[field.path] = shownPart(parts[place]);
  const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${shownValue(value)}`);
  throw new ServerError(
    11000,
    `E11000 duplicate key error collection: ${collection.ns} index: ${index.name} dup key: { ${shown.join(", ")} }`,
    docOf({ keyPattern: index.spec["key"], keyValue }),
  );
}

function shownPart(part: KeyPart): Value {
  return part === undefined || part === EMPTY_ARRAY ? null : part;
}

function shownValue(value: Value): string {
  if (value === null || typeof value === "string" || typeof value === "number") return JSON.stringify(value);
  if (Array.isArray(value) || isDoc(value)) return "{ … }";
  return value.toString();
}
