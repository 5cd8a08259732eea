import { Binary, Long } from "bson";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import {
  countField,
  docField,
  environmentOf,
  isSet,
  namespace,
  namespaceOf,
  type Command,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { firstBatch } from "#server/database/embedded/commands/read.ts";
import { notSupported, ServerError } from "#server/database/embedded/errors.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { equalValues } from "#server/database/embedded/values/compare.ts";
import { docOf, isDoc, newDoc, type Doc } from "#server/database/embedded/values/value.ts";

const GENERIC_FIELDS = new Set([
  "$db",
  "lsid",
  "writeConcern",
  "comment",
  "maxTimeMS",
  "$clusterTime",
  "txnNumber",
  "$readPreference",
  "apiVersion",
  "apiStrict",
  "apiDeprecationErrors",
  "create",
]);
const REFUSED_OPTIONS = ["viewOn", "pipeline", "timeseries", "clusteredIndex", "encryptedFields"];
const STORED_OPTIONS = [
  "capped",
  "size",
  "max",
  "changeStreamPreAndPostImages",
  "validator",
  "validationLevel",
  "validationAction",
  "collation",
  "expireAfterSeconds",
];

/** `create`. A capped collection is accepted as a plain one; what would silently not work is refused. */
export const create: Command = (request, state) => {
  const ns = namespaceOf(request);
  const options = storedOptions(request.body);
  if (
    request.body["capped"] !== undefined &&
    request.body["capped"] !== false &&
    options["size"] === undefined
  ) {
    throw new ServerError(72, "the 'size' field is required when 'capped' is true");
  }
  const existing = state.engine.catalog.get(ns);
  if (existing) {
    if (equalValues(existing.options, options)) return docOf({ ok: 1 });
    throw new ServerError(48, `Collection ${ns} already exists.`);
  }
  state.engine.ensureCollection(ns, options);
  return docOf({ ok: 1 });
};

function storedOptions(body: Doc): Doc {
  const options = newDoc();
  for (const [name, value] of Object.entries(body)) {
    if (REFUSED_OPTIONS.includes(name)) throw notSupported(`The collection option ${name}`);
    if (name === "collation" && isDoc(value) && value["locale"] !== "simple")
      throw notSupported("A collection with a collation");
    if (
      (name === "validator" || name === "expireAfterSeconds") &&
      !(isDoc(value) && Object.keys(value).length === 0)
    ) {
      throw notSupported(`The collection option ${name}`);
    }
    if (STORED_OPTIONS.includes(name)) options[name] = value;
    else if (
      !GENERIC_FIELDS.has(name) &&
      !["autoIndexId", "storageEngine", "indexOptionDefaults", "flags"].includes(name)
    ) {
      throw new ServerError(40415, `BSON field 'create.${name}' is an unknown field.`);
    }
  }
  return options;
}

function existing(request: Request, state: ServerState, ns: string): Collection {
  const collection = state.engine.catalog.get(ns);
  if (!collection)
    throw new ServerError(
      26,
      request.name === "drop" ? "ns not found" : `The collection ${ns} does not exist.`,
    );
  return collection;
}

function dropOne(state: ServerState, collection: Collection): void {
  const { ns, uuid } = collection;
  state.engine.statement(() => {
    state.engine.catalog.drop(collection);
    state.engine.note({ kind: "drop", ns, uuid });
  });
}

/** `drop`. Dropping what is not there is fine, as in MongoDB 7 and later. */
export const drop: Command = (request, state) => {
  const ns = namespaceOf(request);
  const collection = state.engine.catalog.get(ns);
  if (!collection) return docOf({ ok: 1 });
  const nIndexesWas = collection.indexes.length;
  dropOne(state, collection);
  return docOf({ nIndexesWas, ns, ok: 1 });
};

/** `dropDatabase`. */
export const dropDatabase: Command = (request, state) => {
  const { engine } = state;
  const collections = engine.catalog.all().filter((one) => one.database === request.database);
  if (collections.length === 0) return docOf({ ok: 1 });
  engine.statement(() => {
    for (const collection of collections) {
      engine.catalog.drop(collection);
      engine.note({ kind: "drop", ns: collection.ns, uuid: collection.uuid });
    }
    engine.note({ kind: "dropDatabase", ns: request.database });
  });
  return docOf({ dropped: request.database, ok: 1 });
};

/** `renameCollection`, within the server. */
export const renameCollection: Command = (request, state) => {
  const { engine } = state;
  const from = fullName(request.body["renameCollection"]);
  const to = fullName(request.body["to"]);
  const collection = existing(request, state, from);
  const target = engine.catalog.get(to);
  if (target && !isSet(request.body["dropTarget"])) throw new ServerError(48, "target namespace exists");
  engine.statement(() => {
    if (target) engine.catalog.drop(target);
    engine.catalog.rename(collection, to);
    engine.note({ kind: "rename", ns: from, uuid: collection.uuid, to });
  });
  return docOf({ ok: 1 });
};

function fullName(value: Doc[string] | undefined): string {
  if (typeof value !== "string" || !value.includes("."))
    throw new ServerError(73, "A full name (database.collection) is needed.");
  return namespace(value.slice(0, value.indexOf(".")), value.slice(value.indexOf(".") + 1));
}

/** `listCollections`. */
export const listCollections: Command = (request, state) => {
  const environment = environmentOf(request, state);
  const nameOnly = isSet(request.body["nameOnly"]);
  const entries = state.engine.catalog
    .all()
    .filter((one) => one.database === request.database)
    .map((one) => collectionEntry(one, nameOnly));
  return listing(
    request,
    state,
    entries,
    docField(request.body, "filter"),
    environment,
    `${request.database}.$cmd.listCollections`,
  );
};

function collectionEntry(collection: Collection, nameOnly: boolean): Doc {
  const head = { name: collection.name, type: "collection" };
  if (nameOnly) return docOf(head);
  return docOf({
    ...head,
    options: collection.options,
    info: docOf({ readOnly: false, uuid: new Binary(collection.uuid, 4) }),
    idIndex: docOf({ v: 2, key: docOf({ _id: 1 }), name: "_id_" }),
  });
}

/** A filtered list as a cursor. */
export function listing(
  request: Request,
  state: ServerState,
  entries: readonly Doc[],
  filter: Doc,
  environment: Environment,
  ns: string,
): Doc {
  const parsed = parseFilter(filter, environment);
  const encoded = entries.filter((one) => matches(parsed, one)).map(encodeDoc);
  const batchSize = countField(docField(request.body, "cursor"), "batchSize", 1_000_000);
  return firstBatch(state, ns, encoded[Symbol.iterator](), batchSize, false, false);
}

/** `listDatabases`. */
export const listDatabases: Command = (request, state) => {
  const sizes = new Map<string, number>();
  for (const { database, bytes } of state.engine.catalog.all())
    sizes.set(database, (sizes.get(database) ?? 0) + bytes);
  const filter = parseFilter(docField(request.body, "filter"), environmentOf(request, state));
  const nameOnly = isSet(request.body["nameOnly"]);
  const databases = [...sizes]
    .map(([name, bytes]) =>
      nameOnly ? docOf({ name }) : docOf({ name, sizeOnDisk: bytes, empty: bytes === 0 }),
    )
    .filter((one) => matches(filter, one));
  if (nameOnly) return docOf({ databases, ok: 1 });
  return docOf({
    databases,
    totalSize: Long.fromNumber([...sizes.values()].reduce((sum, one) => sum + one, 0)),
    ok: 1,
  });
};

/** `collMod`: a TTL index's period, and whether images of documents are kept for change streams. */
export const collMod: Command = (request, state) => {
  const ns = namespaceOf(request);
  const { engine } = state;
  const collection = existing(request, state, ns);
  const images = request.body["changeStreamPreAndPostImages"];
  const change = docField(request.body, "index");
  const validator = request.body["validator"];
  if (isDoc(validator) && Object.keys(validator).length > 0) throw notSupported("A collection validator");
  engine.statement(() => {
    if (images !== undefined) {
      engine.catalog.setOptions(
        collection,
        docOf({ ...collection.options, changeStreamPreAndPostImages: images }),
      );
    }
    if (Object.keys(change).length > 0) changeIndexOptions(state, collection, change);
  });
  return docOf({ ok: 1 });
};

function changeIndexOptions(state: ServerState, collection: Collection, change: Doc): void {
  const index = collection.indexes.find(
    (one) => one.name === change["name"] || equalValues(one.spec["key"], change["keyPattern"]),
  );
  if (!index) throw new ServerError(27, "cannot find the index to change");
  const options = docOf({ expireAfterSeconds: change["expireAfterSeconds"], hidden: change["hidden"] });
  const known = new Set(["name", "keyPattern", "expireAfterSeconds", "hidden"]);
  if (Object.keys(change).some((name) => !known.has(name))) throw notSupported("This change of an index");
  state.engine.catalog.changeIndex(collection, index, docOf({ ...index.spec, ...options }));
}

/** `collStats`, in short. */
export const collStats: Command = (request, state) => {
  const ns = namespaceOf(request);
  const collection = state.engine.catalog.get(ns);
  const { count = 0, bytes = 0, indexes = [] } = collection ?? {};
  return docOf({
    ns,
    count,
    size: bytes,
    storageSize: bytes,
    avgObjSize: count > 0 ? bytes / count : 0,
    nindexes: indexes.length,
    capped: false,
    ok: 1,
  });
};

/** `dbStats`, in short. */
export const dbStats: Command = (request, state) => {
  const collections = state.engine.catalog.all().filter((one) => one.database === request.database);
  const objects = collections.reduce((sum, one) => sum + one.count, 0);
  const dataSize = collections.reduce((sum, one) => sum + one.bytes, 0);
  return docOf({
    db: request.database,
    collections: collections.length,
    views: 0,
    objects,
    dataSize,
    storageSize: dataSize,
    ok: 1,
  });
};
