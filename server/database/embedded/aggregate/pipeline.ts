import { compileExpression, evaluateConstant } from "#server/database/embedded/aggregate/expression.ts";
import { readPath, rootScope, type Environment } from "#server/database/embedded/aggregate/scope.ts";
import {
  collect,
  compileStage,
  replaced,
  stageParts,
  unknownStage,
  wholeNumber,
  type Stage,
} from "#server/database/embedded/aggregate/stages.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { addGroupFields } from "#server/database/embedded/query/fields-read.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What the front of a pipeline asks of storage. `limit` 0 means no limit. `reads`: the fields that the rest looks at; undefined: any. */
type SourceQuery = {
  filter: Doc;
  sort: Doc;
  skip: number;
  limit: number;
  reads?: ReadonlySet<string> | undefined;
};

/** Where pipelines get documents from: the collections of the command's database. */
export type PipelineHost = {
  find(collection: string, query: SourceQuery, environment: Environment): Iterable<Doc>;
  /** How many documents match; an empty filter is answered from the stored count. */
  count(collection: string, filter: Doc, environment: Environment): number;
  /** Throws when the command's time is over. */
  checkTime(): void;
};

/** Runs a pipeline over a collection. What the planner can do (`$match`, `$sort`, `$skip`, `$limit` in front) it does. */
export function runOnCollection(
  collection: string,
  stages: readonly Value[],
  environment: Environment,
  host: PipelineHost,
): Iterable<Doc> {
  const counted = countOnly(stages);
  if (counted) {
    const count = host.count(collection, counted.filter, environment);
    return count === 0 ? [] : [docOf({ _id: counted.id, [counted.field]: count })];
  }
  const { query, rest } = splitFront(stages);
  const run = compilePipeline(rest, environment, host);
  return run(host.find(collection, { ...query, reads: fieldsRead(rest) }, environment));
}

/** Compiles stages that get their documents from elsewhere. */
export function compilePipeline(
  stages: readonly Value[],
  environment: Environment,
  host: PipelineHost,
): Stage {
  const compiled = stages.map((stage) => {
    const { name, spec } = stageParts(stage);
    const found = compileStage(name, spec, environment) ?? compileHostStage(name, spec, environment, host);
    if (!found) throw unknownStage(name);
    return found;
  });
  return (input) => compiled.reduce<Iterable<Doc>>((current, stage) => inTime(stage(current), host), input);
}

function* inTime(docs: Iterable<Doc>, host: PipelineHost): Generator<Doc> {
  for (const doc of docs) {
    host.checkTime();
    yield doc;
  }
}

/** The form drivers use to count: for it no document is decoded that the filter does not look into. */
function countOnly(stages: readonly Value[]): { id: Value; field: string; filter: Doc } | undefined {
  const parts = stages.map(stageParts);
  const [match, group] = parts.length === 1 ? [undefined, parts[0]] : parts;
  if (parts.length > 2 || group?.name !== "$group" || !isDoc(group.spec)) return undefined;
  const filter = match === undefined ? newDoc() : match.spec;
  if ((match && match.name !== "$match") || !isDoc(filter)) return undefined;
  const [first, field, third] = Object.keys(group.spec);
  const sum = field === undefined ? undefined : group.spec[field];
  const id = group.spec["_id"];
  const isConstant = id === null || isNumeric(id);
  if (first !== "_id" || field === undefined || third !== undefined || !isConstant || !isDoc(sum))
    return undefined;
  const counts = Object.keys(sum).length === 1 && isNumeric(sum["$sum"]) && toNumber(sum["$sum"]) === 1;
  return counts && id !== undefined ? { id, field, filter } : undefined;
}

/** Behind a `$group` nothing sees the documents any more. */
function fieldsRead([first]: readonly Value[]): SourceQuery["reads"] {
  const { name, spec } = first === undefined ? { name: "", spec: undefined } : stageParts(first);
  const fields = new Set<string>();
  return name === "$group" && addGroupFields(spec, fields) ? fields : undefined;
}

function splitFront(stages: readonly Value[]): { query: SourceQuery; rest: readonly Value[] } {
  const filters: Value[] = [];
  const query: SourceQuery = { filter: newDoc(), sort: newDoc(), skip: 0, limit: 0 };
  let at = 0;
  let phase = 0;
  for (; at < stages.length; at += 1) {
    const { name, spec } = stageParts(stages[at] ?? null);
    const next = ["$match", "$sort", "$skip", "$limit"].indexOf(name);
    if (next === -1 || next < phase || (next === phase && next > 0) || (next === 0 && phase > 0)) break;
    phase = next;
    if (next === 0) {
      if (!isDoc(spec)) throw new ServerError(15959, "the match filter must be an expression in an object");
      filters.push(spec);
    } else if (next === 1) {
      if (!isDoc(spec) || Object.keys(spec).length === 0) break;
      query.sort = spec;
    } else if (next === 2) {
      query.skip = wholeNumber(spec, "$skip", 0);
    } else {
      query.limit = wholeNumber(spec, "$limit", 1);
    }
  }
  const [only] = filters;
  if (filters.length === 1 && isDoc(only)) query.filter = only;
  else if (filters.length > 1) query.filter = docOf({ $and: filters });
  return { query, rest: stages.slice(at) };
}

function compileHostStage(
  name: string,
  spec: Value,
  environment: Environment,
  host: PipelineHost,
): Stage | undefined {
  switch (name) {
    case "$lookup":
      return compileLookup(spec, environment, host);
    case "$unionWith":
      return compileUnionWith(spec, environment, host);
    case "$facet":
      return compileFacet(spec, environment, host);
    case "$graphLookup":
      return compileGraphLookup(spec, environment, host);
    case "$documents":
      return compileDocuments(spec, environment);
    default:
      return undefined;
  }
}

function stageList(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ServerError(9, "'pipeline' must be an array");
  return value;
}

/** `$lookup` in all three forms: equality, pipeline, both. */
function compileLookup(spec: Value, environment: Environment, host: PipelineHost): Stage {
  if (!isDoc(spec)) throw new ServerError(9, "the $lookup specification must be an Object");
  const { from, as, localField, foreignField } = spec;
  if (typeof from !== "string" || typeof as !== "string")
    throw new ServerError(9, "$lookup needs 'from' and 'as' as strings");
  const local = typeof localField === "string" ? localField.split(".") : undefined;
  const foreign = typeof foreignField === "string" ? foreignField : undefined;
  if ((local === undefined) !== (foreign === undefined))
    throw new ServerError(9, "$lookup needs both 'localField' and 'foreignField', or neither");
  const lets = isDoc(spec["let"]) ? Object.entries(spec["let"]) : [];
  const variables = lets.map(([name, value]) => ({ name, value: compileExpression(value, environment) }));
  const pipeline = stageList(spec["pipeline"]);
  return function* lookup(input) {
    const cache = new Map<string, Doc[]>();
    for (const doc of input) {
      const scope = rootScope(doc, environment);
      const added = variables.map(({ name, value }): [string, Value | undefined] => [name, value(scope)]);
      const inner: Environment = { ...environment, variables: new Map([...environment.variables, ...added]) };
      const wanted = local && foreign !== undefined ? equalTo(foreign, readPath(doc, local)) : newDoc();
      const isCacheable = pipeline.length === 0;
      const identity = isCacheable ? identityOf(wanted) : "";
      const known = isCacheable ? cache.get(identity) : undefined;
      const found =
        known ?? collect(runOnCollection(from, [docOf({ $match: wanted }), ...pipeline], inner, host));
      if (isCacheable && cache.size < MAX_CACHED_LOOKUPS) cache.set(identity, found);
      yield replaced(doc, as.split("."), 0, found);
    }
  };
}

const MAX_CACHED_LOOKUPS = 200;

function equalTo(path: string, value: Value | undefined): Doc {
  const condition = newDoc();
  condition[path] = Array.isArray(value) ? docOf({ $in: value }) : docOf({ $eq: value ?? null });
  return condition;
}

function compileUnionWith(spec: Value, environment: Environment, host: PipelineHost): Stage {
  const from = isDoc(spec) ? spec["coll"] : spec;
  if (typeof from !== "string") throw new ServerError(9, "$unionWith needs a collection name");
  const pipeline = stageList(isDoc(spec) ? spec["pipeline"] : undefined);
  return function* union(input) {
    yield* input;
    yield* runOnCollection(from, pipeline, environment, host);
  };
}

function compileFacet(spec: Value, environment: Environment, host: PipelineHost): Stage {
  if (!isDoc(spec) || Object.keys(spec).length === 0)
    throw new ServerError(40169, "the $facet specification must be a non-empty object");
  const facets = Object.entries(spec).map(([name, stages]) => ({
    name,
    run: compilePipeline(stageList(stages), environment, host),
  }));
  return function* facet(input) {
    const docs = collect(input);
    const result = newDoc();
    for (const { name, run } of facets) result[name] = collect(run(docs));
    yield result;
  };
}

/** Breadth first over `connectFromField` → `connectToField`, each document once. */
function compileGraphLookup(spec: Value, environment: Environment, host: PipelineHost): Stage {
  if (!isDoc(spec)) throw new ServerError(40327, "the $graphLookup specification must be an object");
  const { from, as, connectFromField, connectToField, maxDepth, depthField } = spec;
  if (
    typeof from !== "string" ||
    typeof as !== "string" ||
    typeof connectFromField !== "string" ||
    typeof connectToField !== "string"
  ) {
    throw new ServerError(
      40327,
      "$graphLookup needs 'from', 'as', 'connectFromField' and 'connectToField' as strings",
    );
  }
  const start = compileExpression(spec["startWith"] ?? null, environment);
  const deepest = isNumeric(maxDepth) ? toNumber(maxDepth) : Number.POSITIVE_INFINITY;
  const restriction = isDoc(spec["restrictSearchWithMatch"]) ? spec["restrictSearchWithMatch"] : newDoc();
  return function* graph(input) {
    for (const doc of input) {
      const found = new Map<string, Doc>();
      let wanted = listOf(start(rootScope(doc, environment)));
      for (let depth = 0; depth <= deepest && wanted.length > 0; depth += 1) {
        const filter = docOf({ $and: [docOf({ [connectToField]: docOf({ $in: wanted }) }), restriction] });
        const level = collect(host.find(from, { filter, sort: newDoc(), skip: 0, limit: 0 }, environment));
        const fresh = level.filter((one) => !found.has(identityOf(one["_id"])));
        for (const one of fresh)
          found.set(
            identityOf(one["_id"]),
            typeof depthField === "string" ? replaced(one, [depthField], 0, depth) : one,
          );
        wanted = fresh.flatMap((one) => listOf(readPath(one, connectFromField.split("."))));
      }
      yield replaced(doc, as.split("."), 0, [...found.values()]);
    }
  };
}

function listOf(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function compileDocuments(spec: Value, environment: Environment): Stage {
  const value = evaluateConstant(spec, environment);
  if (!Array.isArray(value) || !value.every(isDoc))
    throw new ServerError(40324, "$documents needs an array of documents");
  const docs = value.filter(isDoc);
  return () => docs;
}
