import { listing } from "#server/database/embedded/commands/collections.ts";
import {
  environmentOf,
  namespaceOf,
  type Command,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { ServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import type { Collection, Index } from "#server/database/embedded/storage/catalog.ts";
import { buildIndex } from "#server/database/embedded/storage/documents.ts";
import {
  parseIndexSpec,
  sameIndex,
  type IndexDefinition,
} from "#server/database/embedded/storage/index-spec.ts";
import { equalValues } from "#server/database/embedded/values/compare.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const MAX_INDEXES = 64;

/** `createIndexes`: all of them, or none when one fails. */
export const createIndexes: Command = (request, state) => {
  const ns = namespaceOf(request);
  const specs = request.body["indexes"];
  if (!Array.isArray(specs) || specs.length === 0)
    throw new ServerError(2, "Must specify at least one index to create");
  const definitions = specs.map((spec) => {
    if (!isDoc(spec)) throw typeMismatch("The entries of 'indexes' must be objects.");
    return parseIndexSpec(spec);
  });
  const { engine } = state;
  const isNew = engine.catalog.get(ns) === undefined;
  const collection = engine.ensureCollection(ns, newDoc());
  const before = collection.indexes.length;
  engine.statement(() => {
    for (const definition of definitions) addIndex(state, collection, definition);
  });
  const after = collection.indexes.length;
  return docOf({
    numIndexesBefore: before,
    numIndexesAfter: after,
    createdCollectionAutomatically: isNew,
    note: before === after ? "all indexes already exist" : undefined,
    ok: 1,
  });
};

function addIndex(state: ServerState, collection: Collection, definition: IndexDefinition): void {
  const sameName = collection.indexes.find((one) => one.name === definition.name);
  const sameKey = collection.indexes.find(
    (one) => equalValues(one.spec["key"], definition.spec["key"]) && samePartial(one, definition),
  );
  if (sameName && sameIndex(sameName.spec, definition.spec)) return;
  if (sameName) {
    throw new ServerError(
      86,
      `An existing index has the same name as the requested index. Requested index: ${definition.name}`,
    );
  }
  if (sameKey) {
    throw new ServerError(85, `Index already exists with a different name: ${sameKey.name}`);
  }
  if (collection.indexes.length >= MAX_INDEXES)
    throw new ServerError(67, `A collection has at most ${MAX_INDEXES} indexes.`);
  buildIndex(state.engine, collection, state.engine.catalog.addIndex(collection, definition));
}

/** Indexes on one key may stand side by side when their partial filters differ. */
function samePartial(left: IndexDefinition, right: IndexDefinition): boolean {
  return equalValues(left.spec["partialFilterExpression"], right.spec["partialFilterExpression"]);
}

/** `dropIndexes`, by name, by key, or all (`*`). */
export const dropIndexes: Command = (request, state) => {
  const ns = namespaceOf(request);
  const collection = state.engine.catalog.get(ns);
  if (!collection) throw new ServerError(26, `ns not found ${ns}`);
  const target = request.body["index"];
  const nIndexesWas = collection.indexes.length;
  const chosen = (Array.isArray(target) ? target : [target ?? null]).flatMap((one) =>
    chosenIndexes(collection, one),
  );
  state.engine.statement(() => {
    for (const index of chosen) state.engine.catalog.dropIndex(collection, index);
  });
  return docOf({ nIndexesWas, ok: 1 });
};

function chosenIndexes(collection: Collection, target: Value): Index[] {
  const others = collection.indexes.filter((one) => one.name !== "_id_");
  if (target === "*") return others;
  if (target === "_id_" || (isDoc(target) && equalValues(target, docOf({ _id: 1 }))))
    throw new ServerError(72, "cannot drop _id index");
  const index = others.find(
    (one) => one.name === target || (isDoc(target) && equalValues(one.spec["key"], target)),
  );
  if (!index)
    throw new ServerError(27, `index not found with name [${typeof target === "string" ? target : "…"}]`);
  return [index];
}

/** `listIndexes`. */
export const listIndexes: Command = (request, state) => {
  const ns = namespaceOf(request);
  const collection = state.engine.catalog.get(ns);
  if (!collection) throw new ServerError(26, `ns does not exist: ${ns}`);
  const entries: Doc[] = collection.indexes.map((index) => index.spec);
  return listing(request, state, entries, newDoc(), environmentOf(request, state), ns);
};
