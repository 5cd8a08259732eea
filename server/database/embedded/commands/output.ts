import { ObjectId } from "bson";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import {
  namespace,
  timeCheck,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import {
  insertOne,
  updateMatching,
  type StatementContext,
} from "#server/database/embedded/commands/statements.ts";
import { badValue, ServerError } from "#server/database/embedded/errors.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import { buildIndex, insertDocument } from "#server/database/embedded/storage/documents.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";
import { isIdKey, parseIndexSpec } from "#server/database/embedded/storage/index-spec.ts";
import { withIdFirst } from "#server/database/embedded/update/update.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** `$out` and `$merge` at the end of a pipeline. */
export function writeOutput(
  request: Request,
  state: ServerState,
  stage: "$out" | "$merge",
  spec: Value,
  docs: readonly Doc[],
  environment: Environment,
): void {
  const target = stage === "$out" ? spec : isDoc(spec) ? (spec["into"] ?? null) : spec;
  const ns = targetOf(request, target);
  if (stage === "$out") return replaceAll(state.engine, ns, docs);
  const context: StatementContext = {
    engine: state.engine,
    ns,
    environment,
    checkTime: timeCheck(request, state),
  };
  merge(context, isDoc(spec) ? spec : newDoc(), docs);
}

function targetOf(request: Request, target: Value): string {
  if (typeof target === "string") return namespace(request.database, target);
  if (isDoc(target) && typeof target["coll"] === "string") {
    return namespace(typeof target["db"] === "string" ? target["db"] : request.database, target["coll"]);
  }
  throw badValue("The output collection must be a string or {db, coll}.");
}

/** Replaces a collection's documents; its indexes stay. */
function replaceAll(engine: Engine, ns: string, docs: readonly Doc[]): void {
  engine.statement(() => {
    const old = engine.catalog.get(ns);
    const specs = old ? old.indexes.map((index) => index.spec) : [];
    if (old) engine.catalog.drop(old);
    const fresh = engine.catalog.create(ns, old?.options ?? newDoc());
    for (const doc of docs) insertComplete(engine, fresh, doc);
    for (const spec of specs) {
      const key = spec["key"];
      if (isDoc(key) && isIdKey(key)) continue;
      buildIndex(engine, fresh, engine.catalog.addIndex(fresh, parseIndexSpec(spec)));
    }
  });
}

function insertComplete(engine: Engine, collection: Collection, doc: Doc): void {
  const complete = withIdFirst(doc, doc["_id"] === undefined ? new ObjectId() : doc["_id"]);
  insertDocument(engine, collection, complete, encodeDoc(complete));
}

function merge(context: StatementContext, spec: Doc, docs: readonly Doc[]): void {
  const on = spec["on"] ?? "_id";
  const fields = Array.isArray(on) ? on : [on];
  const whenMatched = spec["whenMatched"] ?? "merge";
  const whenNotMatched = spec["whenNotMatched"] ?? "insert";
  const collection = context.engine.ensureCollection(context.ns, newDoc());
  for (const doc of docs) {
    const filter = newDoc();
    for (const field of fields) filter[String(field)] = docOf({ $eq: doc[String(field)] ?? null });
    const update = updateFor(whenMatched, doc);
    const result = updateMatching(context, {
      filter,
      update,
      arrayFilters: undefined,
      multi: false,
      upsert: false,
      sort: newDoc(),
      hint: undefined,
      isShown: false,
    });
    if (result.matched > 0) {
      if (whenMatched === "fail")
        throw new ServerError(11000, "$merge found a matching document although whenMatched is 'fail'.");
    } else if (whenNotMatched === "insert") {
      insertOne(context, collection, doc, encodeDoc(doc));
    } else if (whenNotMatched === "fail") {
      throw new ServerError(
        13113,
        "$merge could not find a matching document in the target collection for at least one document in the source collection",
      );
    }
  }
}

function updateFor(whenMatched: Value, doc: Doc): Value {
  if (Array.isArray(whenMatched)) return whenMatched;
  const rest = newDoc();
  for (const [name, value] of Object.entries(doc)) if (name !== "_id") rest[name] = value;
  switch (whenMatched) {
    case "replace":
      return rest;
    case "merge":
      return [docOf({ $replaceWith: docOf({ $mergeObjects: ["$$ROOT", docOf({ $literal: rest })] }) })];
    case "keepExisting":
    case "fail":
      return docOf({ $setOnInsert: docOf({ _unused: 1 }) });
    default:
      throw badValue("$merge's whenMatched is not known.");
  }
}
