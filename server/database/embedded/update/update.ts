import { compileTransform } from "#server/database/embedded/aggregate/transforms.ts";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { badValue, failedToParse, ServerError } from "#server/database/embedded/errors.ts";
import { topOf } from "#server/database/embedded/query/fields-read.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { matchedIndex } from "#server/database/embedded/query/positional.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { arrayOperators } from "#server/database/embedded/update/array-operators.ts";
import {
  fieldOperators,
  immutableId,
  type UpdateContext,
  type UpdateOperator,
} from "#server/database/embedded/update/field-operators.ts";
import { equalValues } from "#server/database/embedded/values/compare.ts";
import {
  cloneDoc,
  cloneValue,
  isDoc,
  newDoc,
  type Doc,
  type Value,
} from "#server/database/embedded/values/value.ts";

type Step = { path: string; operand: Value; run: UpdateOperator };

/** A parsed update. `touched` are the document's own fields that operators may change or look into. */
export type Update =
  | { kind: "replace"; doc: Doc }
  | {
      kind: "operators";
      steps: Step[];
      touched: ReadonlySet<string>;
      arrayFilters: ReadonlyMap<string, Filter>;
    }
  | { kind: "pipeline"; run(doc: Doc): Doc };

const PIPELINE_STAGES = new Set(["$set", "$addFields", "$unset", "$project", "$replaceRoot", "$replaceWith"]);

/** Parses an update document, replacement or pipeline. */
export function parseUpdate(spec: Value, arrayFilters: Value | undefined, environment: Environment): Update {
  if (Array.isArray(spec)) return parsePipeline(spec, environment);
  if (!isDoc(spec)) throw failedToParse("An update is a document or a pipeline.");
  const [first] = Object.keys(spec);
  if (first === undefined || !first.startsWith("$")) {
    const operator = Object.keys(spec).find((name) => name.startsWith("$"));
    if (operator !== undefined)
      throw new ServerError(
        52,
        `The dollar ($) prefixed field '${operator}' is not allowed in a replacement.`,
      );
    return { kind: "replace", doc: spec };
  }
  const { steps, touched } = parseSteps(spec, environment);
  return {
    kind: "operators",
    steps,
    touched: new Set(touched.map(topOf)),
    arrayFilters: parseArrayFilters(arrayFilters, environment),
  };
}

function parsePipeline(stages: Value[], environment: Environment): Update {
  const transforms = stages.map((stage) => {
    const [name = ""] = isDoc(stage) ? Object.keys(stage) : [];
    const spec = isDoc(stage) ? stage[name] : undefined;
    const transform =
      PIPELINE_STAGES.has(name) && spec !== undefined ? compileTransform(name, spec, environment) : undefined;
    if (!transform) throw new ServerError(72, `${name} is not allowed to be used within an update`);
    return transform;
  });
  return {
    kind: "pipeline",
    run: (doc) => transforms.reduce((current, transform) => transform(current), doc),
  };
}

function parseSteps(spec: Doc, environment: Environment): { steps: Step[]; touched: string[] } {
  const operators = new Map(Object.entries({ ...fieldOperators, ...arrayOperators(environment) }));
  const steps: Step[] = [];
  const touched: string[] = [];
  for (const [name, fields] of Object.entries(spec)) {
    const run = operators.get(name);
    if (!run)
      throw failedToParse(
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isDoc(fields))
      throw failedToParse(`Modifiers operate on fields but we found another type instead for ${name}.`);
    for (const [path, operand] of Object.entries(fields)) {
      touched.push(path, ...(name === "$rename" && typeof operand === "string" ? [operand] : []));
      steps.push({ path, operand, run });
    }
  }
  refuseConflicts(touched);
  return { steps, touched };
}

/** Two operators may not touch one field, nor a field and its inside. */
function refuseConflicts(paths: readonly string[]): void {
  const sorted = paths.toSorted();
  const seen = new Set<string>();
  for (const path of sorted) {
    const parts = path.split(".");
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join(".");
      if (seen.has(prefix))
        throw new ServerError(40, `Updating the path '${path}' would create a conflict at '${prefix}'`);
    }
    seen.add(path);
  }
}

function parseArrayFilters(list: Value | undefined, environment: Environment): ReadonlyMap<string, Filter> {
  const filters = new Map<string, Filter>();
  if (list === undefined || list === null) return filters;
  if (!Array.isArray(list)) throw badValue("arrayFilters must be an array");
  for (const entry of list) {
    if (!isDoc(entry)) throw badValue("Each array filter is a document");
    const name = identifierOf(entry);
    if (name === undefined)
      throw failedToParse("Cannot use an expression without a top-level field name in arrayFilters");
    if (filters.has(name))
      throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
    filters.set(name, parseFilter(entry, environment));
  }
  return filters;
}

function identifierOf(filter: Doc): string | undefined {
  for (const [key, value] of Object.entries(filter)) {
    if (!key.startsWith("$")) return key.split(".")[0];
    const inner = Array.isArray(value) ? value[0] : undefined;
    const name = isDoc(inner) ? identifierOf(inner) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The document after an update; the one given is left alone. `_id` keeps its value and its place. */
export function applyUpdate(update: Update, doc: Doc, filter: Filter, environment: Environment): Doc {
  const next = changed(update, doc, filter, environment, false);
  if (next["_id"] === undefined) return withIdFirst(next, doc["_id"] ?? null);
  if (!equalValues(next["_id"], doc["_id"])) throw immutableId();
  return next;
}

function changed(update: Update, doc: Doc, filter: Filter, environment: Environment, isInsert: boolean): Doc {
  switch (update.kind) {
    case "replace":
      return cloneDoc(update.doc);
    case "pipeline":
      return cloneDoc(update.run(doc));
    case "operators": {
      const next = withOwn(doc, update.touched);
      const context = updateContext(update.arrayFilters, doc, filter, environment, isInsert);
      for (const { path, operand, run } of update.steps) run(next, path, operand, context);
      return next;
    }
  }
}

/** A copy in which only `touched` may be changed: everything else is shared with `doc`. */
function withOwn(doc: Doc, touched: ReadonlySet<string>): Doc {
  const copy = newDoc();
  for (const name of Object.keys(doc)) {
    const value = doc[name] ?? null;
    copy[name] = touched.has(name) ? cloneValue(value) : value;
  }
  return copy;
}

function updateContext(
  arrayFilters: ReadonlyMap<string, Filter>,
  doc: Doc,
  filter: Filter,
  environment: Environment,
  isInsert: boolean,
): UpdateContext {
  return {
    now: environment.now,
    isInsert,
    arrayFilters,
    matchedIndex: (arrayPath) => {
      const index = isInsert ? undefined : matchedIndex(filter, doc, arrayPath);
      if (index === undefined)
        throw badValue("The positional operator did not find the match needed from the query.");
      return index;
    },
  };
}

/** The document an upsert inserts: what the filter demands equal, then the update. */
export function upsertDocument(
  update: Update,
  filter: Filter,
  makeId: () => Value,
  environment: Environment,
): Doc {
  const seed = newDoc();
  plant(filter, seed, environment);
  const next = changed(update, seed, filter, environment, true);
  const id = next["_id"] === undefined ? seed["_id"] : next["_id"];
  if (seed["_id"] !== undefined && !equalValues(id, seed["_id"])) throw immutableId();
  return withIdFirst(next, id === undefined ? makeId() : id);
}

function plant(filter: Filter, seed: Doc, environment: Environment): void {
  if (filter.kind === "and") {
    for (const one of filter.filters) plant(one, seed, environment);
  } else if (filter.kind === "or") {
    const [only] = filter.filters;
    if (only && filter.filters.length === 1) plant(only, seed, environment);
  } else if (filter.kind === "field") {
    const { operator, operand } = filter.predicate;
    const single =
      operator === "in" && Array.isArray(operand) && operand.length === 1 ? operand[0] : undefined;
    const value = operator === "eq" ? operand : single;
    if (value === undefined) return;
    const context = updateContext(new Map(), seed, filter, environment, true);
    fieldOperators["$set"]?.(seed, filter.path, value, context);
  }
}

/** Puts `_id` first, where every stored document has it. */
export function withIdFirst(doc: Doc, id: Value): Doc {
  const ordered = newDoc();
  ordered["_id"] = id;
  for (const [name, value] of Object.entries(doc)) if (name !== "_id") ordered[name] = value;
  return ordered;
}
