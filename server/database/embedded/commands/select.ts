import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import type { PipelineHost } from "#server/database/embedded/aggregate/pipeline.ts";
import {
  docField,
  namespace,
  timeCheck,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { countAll, runQuery, type Query } from "#server/database/embedded/planner/execute.ts";
import { addFilterFields, topOf } from "#server/database/embedded/query/fields-read.ts";
import { equality } from "#server/database/embedded/query/operators.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { parseSort } from "#server/database/embedded/query/sort.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

type QueryParts = { filter: Doc; sort: Doc; skip: number; limit: number; hint: Value | undefined };

/** Builds a query from a command's parts. */
export function buildQuery(parts: QueryParts, environment: Environment, checkTime: () => void): Query {
  const natural =
    parts.sort["$natural"] ??
    (typeof parts.hint === "object" ? docField(docOf({ hint: parts.hint }), "hint")["$natural"] : undefined);
  return {
    filter: parseFilter(parts.filter, environment),
    sort: parseSort(parts.sort),
    skip: parts.skip,
    limit: parts.limit,
    collator: environment.collator,
    hint: emptyAsUndefined(parts.hint),
    backward: isNumeric(natural) && toNumber(natural) < 0,
    checkTime,
  };
}

function emptyAsUndefined(hint: Value | undefined): Value | undefined {
  if (hint === null || hint === undefined) return undefined;
  return typeof hint === "object" && Object.keys(hint).length === 0 ? undefined : hint;
}

/** Pipelines read the collections of the command's own database. */
export function pipelineHost(request: Request, state: ServerState, hint?: Value): PipelineHost {
  const checkTime = timeCheck(request, state);
  const resolve = (name: string): Collection | undefined =>
    state.engine.catalog.get(namespace(request.database, name));
  return {
    *find(name, query, environment) {
      const built = buildQuery({ ...query, hint }, environment, checkTime);
      if (query.reads) built.fields = withQueryFields(query.reads, built);
      const collection = resolve(name);
      if (!collection) return;
      for (const found of runQuery(collection, built)) yield found.doc;
    },
    count(name, filter, environment) {
      const collection = resolve(name);
      if (collection === undefined || Object.keys(filter).length === 0) return collection?.count ?? 0;
      return countMatching(
        collection,
        buildQuery({ filter, sort: newDoc(), skip: 0, limit: 0, hint }, environment, checkTime),
      );
    },
    checkTime,
  };
}

/** What a reader looks at, and what its query does; undefined: it may be any. */
function withQueryFields(reads: ReadonlySet<string>, { filter, sort }: Query): Query["fields"] {
  const fields = new Set([...reads, ...sort.map(({ path }) => topOf(path))]);
  return addFilterFields(filter, fields) ? fields : undefined;
}

/** How many documents a query finds. */
export function countMatching(collection: Collection, query: Query): number {
  const counted = { ...query, fields: withQueryFields(new Set(), query) };
  if (query.skip === 0 && query.limit === 0) return countAll(collection, counted);
  let n = 0;
  for (const _found of runQuery(collection, counted)) n += 1;
  return n;
}

/** The document with an `_id`, as it is now. */
export function findById(engine: Engine, ns: string, id: Value): Doc | undefined {
  const collection = engine.catalog.get(ns);
  if (!collection) return undefined;
  const query: Query = {
    filter: { kind: "field", path: "_id", parts: ["_id"], predicate: equality(id, undefined) },
    sort: [],
    skip: 0,
    limit: 1,
    collator: undefined,
    hint: undefined,
    backward: false,
    checkTime: () => undefined,
  };
  for (const found of runQuery(collection, query)) return found.doc;
  return undefined;
}
