import { randomInt } from "node:crypto";
import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import { compileBucket, compileGroup } from "#server/database/embedded/aggregate/group.ts";
import { isTruthy, rootScope, type Environment } from "#server/database/embedded/aggregate/scope.ts";
import { compileTransform } from "#server/database/embedded/aggregate/transforms.ts";
import { notSupported, ServerError } from "#server/database/embedded/errors.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { compareSortKeys, parseSort, sortKey } from "#server/database/embedded/query/sort.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

export type Stage = (input: Iterable<Doc>) => Iterable<Doc>;
type CompileStage = (spec: Value, environment: Environment) => Stage;

/** Sorting and collecting in a pipeline holds at most this many documents. */
const MAX_HELD_DOCUMENTS = 500_000;

/** Stages that need nothing but their input. `undefined` for a stage of another kind. */
export function compileStage(name: string, spec: Value, environment: Environment): Stage | undefined {
  const transform = compileTransform(name, spec, environment);
  if (transform) {
    return function* transformed(input) {
      for (const doc of input) yield transform(doc);
    };
  }
  return STAGES.get(name)?.(spec, environment);
}

const STAGES: ReadonlyMap<string, CompileStage> = new Map<string, CompileStage>([
  ["$match", compileMatch],
  ["$sort", compileSort],
  ["$limit", (spec) => limit(wholeNumber(spec, "$limit", 1))],
  ["$skip", (spec) => skip(wholeNumber(spec, "$skip", 0))],
  ["$count", compileCount],
  ["$group", compileGroup],
  ["$bucket", compileBucket],
  ["$sortByCount", compileSortByCount],
  ["$unwind", compileUnwind],
  ["$sample", compileSample],
  ["$redact", compileRedact],
]);

/** Stages that MongoDB has and this server leaves out; they get their own message. */
const LEFT_OUT = new Set([
  "$bucketAuto",
  "$densify",
  "$fill",
  "$setWindowFields",
  "$geoNear",
  "$search",
  "$searchMeta",
  "$vectorSearch",
  "$collStats",
  "$planCacheStats",
  "$changeStreamSplitLargeEvent",
  "$listSessions",
  "$listSampledQueries",
  "$rankFusion",
]);

/** Whether MongoDB has a stage of this name, usable here or not. */
export function isStageName(name: string): boolean {
  return STAGES.has(name) || LEFT_OUT.has(name) || OF_COLLECTIONS.has(name);
}

const OF_COLLECTIONS = new Set([
  "$lookup",
  "$unionWith",
  "$facet",
  "$graphLookup",
  "$documents",
  "$out",
  "$merge",
]);

/** The error for a stage nobody knows. */
export function unknownStage(name: string): ServerError {
  if (LEFT_OUT.has(name)) return notSupported(`The pipeline stage ${name}`);
  return new ServerError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

/** The one operator of a stage. */
export function stageParts(stage: Value): { name: string; spec: Value } {
  const [name, second] = isDoc(stage) ? Object.keys(stage) : [];
  if (name === undefined || second !== undefined || !isDoc(stage)) {
    throw new ServerError(40323, "A pipeline stage specification object must contain exactly one field.");
  }
  return { name, spec: stage[name] ?? null };
}

function compileMatch(spec: Value, environment: Environment): Stage {
  if (!isDoc(spec)) throw new ServerError(15959, "the match filter must be an expression in an object");
  const filter = parseFilter(spec, environment);
  return function* match(input) {
    for (const doc of input) if (matches(filter, doc)) yield doc;
  };
}

/** Collects a whole input, within bounds. */
export function collect(input: Iterable<Doc>): Doc[] {
  const docs: Doc[] = [];
  for (const doc of input) {
    if (docs.length >= MAX_HELD_DOCUMENTS)
      throw new ServerError(292, "The stage has to hold more documents than allowed.");
    docs.push(doc);
  }
  return docs;
}

function compileSort(spec: Value, environment: Environment): Stage {
  if (!isDoc(spec)) throw new ServerError(15973, "the $sort key specification must be an object");
  const fields = parseSort(spec);
  if (fields.length === 0) throw new ServerError(15976, "$sort stage must have at least one sort key");
  const { collator } = environment;
  return (input) =>
    collect(input)
      .map((doc) => ({ doc, key: sortKey(doc, fields, collator) }))
      .toSorted((a, b) => compareSortKeys(a.key, b.key, fields, collator))
      .map(({ doc }) => doc);
}

export function wholeNumber(spec: Value, name: string, least: number): number {
  const value = isNumeric(spec) ? toNumber(spec) : Number.NaN;
  if (!Number.isInteger(value) || value < least)
    throw new ServerError(15957, `the ${name} must be a whole number of at least ${least}`);
  return value;
}

function limit(most: number): Stage {
  return function* limited(input) {
    let count = 0;
    for (const doc of input) {
      yield doc;
      count += 1;
      if (count >= most) return;
    }
  };
}

function skip(count: number): Stage {
  return function* skipped(input) {
    let seen = 0;
    for (const doc of input) {
      seen += 1;
      if (seen > count) yield doc;
    }
  };
}

function compileCount(spec: Value): Stage {
  if (typeof spec !== "string" || spec === "" || spec.startsWith("$") || spec.includes(".")) {
    throw new ServerError(40156, "the count field must be a non-empty string without '$' and '.'");
  }
  return function* counted(input) {
    let count = 0;
    for (const _doc of input) count += 1;
    if (count > 0) yield docOf({ [spec]: count });
  };
}

function compileSortByCount(spec: Value, environment: Environment): Stage {
  const group = compileGroup(docOf({ _id: spec, count: docOf({ $sum: 1 }) }), environment);
  const sort = compileSort(docOf({ count: -1 }), environment);
  return (input) => sort(group(input));
}

function compileUnwind(spec: Value): Stage {
  const options = isDoc(spec) ? spec : docOf({ path: spec });
  const path = options["path"];
  if (typeof path !== "string" || !path.startsWith("$"))
    throw new ServerError(28818, "path option to $unwind stage should be prefixed with a '$'");
  const parts = path.slice(1).split(".");
  const keepsEmpty = options["preserveNullAndEmptyArrays"] === true;
  const indexField =
    typeof options["includeArrayIndex"] === "string" ? options["includeArrayIndex"] : undefined;
  return function* unwound(input) {
    for (const doc of input) yield* unwindOne(doc, parts, keepsEmpty, indexField);
  };
}

function* unwindOne(
  doc: Doc,
  parts: string[],
  keepsEmpty: boolean,
  indexField: string | undefined,
): Generator<Doc> {
  const value = parts.reduce<Value | undefined>(
    (inner, part) => (isDoc(inner) ? inner[part] : undefined),
    doc,
  );
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  if (isEmpty) {
    if (keepsEmpty)
      yield indexed(Array.isArray(value) ? replaced(doc, parts, 0, undefined) : doc, indexField, null);
  } else if (Array.isArray(value)) {
    for (const [place, item] of value.entries())
      yield indexed(replaced(doc, parts, 0, item), indexField, place);
  } else {
    yield indexed(doc, indexField, null);
  }
}

function indexed(doc: Doc, name: string | undefined, place: number | null): Doc {
  return name === undefined ? doc : replaced(doc, name.split("."), 0, place);
}

/** A copy of the documents along a path with the value at its end exchanged; `undefined` removes it. */
export function replaced(doc: Doc, parts: readonly string[], from: number, value: Value | undefined): Doc {
  const copy = newDoc();
  Object.assign(copy, doc);
  const part = parts[from] ?? "";
  if (from < parts.length - 1) {
    const inner = doc[part];
    copy[part] = replaced(isDoc(inner) ? inner : newDoc(), parts, from + 1, value);
  } else if (value === undefined) {
    delete copy[part];
  } else {
    copy[part] = value;
  }
  return copy;
}

function compileSample(spec: Value): Stage {
  const size = wholeNumber(isDoc(spec) ? (spec["size"] ?? null) : null, "$sample size", 0);
  return (input) => {
    const docs = collect(input);
    const chosen: Doc[] = [];
    while (chosen.length < size && docs.length > 0) {
      chosen.push(...docs.splice(randomInt(docs.length), 1));
    }
    return chosen;
  };
}

function compileRedact(spec: Value, environment: Environment): Stage {
  const decision = compileExpression(spec, environment);
  const variables: [string, Value][] = [
    ["KEEP", "keep"],
    ["PRUNE", "prune"],
    ["DESCEND", "descend"],
  ];
  const redact = (doc: Doc): Doc | undefined => {
    const scope = rootScope(doc, environment);
    const verdict = decision({ root: doc, variables: new Map([...scope.variables, ...variables]) });
    if (verdict === "prune") return undefined;
    return verdict === "descend" ? descend(doc, redact) : isTruthy(verdict) ? doc : undefined;
  };
  return function* redacted(input) {
    for (const doc of input) {
      const kept = redact(doc);
      if (kept) yield kept;
    }
  };
}

function descend(doc: Doc, redact: (doc: Doc) => Doc | undefined): Doc {
  const result = newDoc();
  for (const [name, value] of Object.entries(doc)) {
    const kept = descendValue(value, redact);
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

function descendValue(value: Value, redact: (doc: Doc) => Doc | undefined): Value | undefined {
  if (isDoc(value)) return redact(value);
  if (Array.isArray(value))
    return value.map((item) => descendValue(item, redact)).filter((item) => item !== undefined);
  return value;
}
