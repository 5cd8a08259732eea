import { buildQuery, countMatching } from "#server/database/embedded/commands/select.ts";
import {
  countField,
  docField,
  environmentOf,
  isSet,
  namespaceOf,
  timeCheck,
  type Command,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { cursorReply, takeBatch } from "#server/database/embedded/cursors.ts";
import { notSupported, typeMismatch } from "#server/database/embedded/errors.ts";
import { type Examined, type Query, runQuery } from "#server/database/embedded/planner/execute.ts";
import { choosePlan, type Plan } from "#server/database/embedded/planner/plan.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import { addFilterFields, addProjectionFields, topOf } from "#server/database/embedded/query/fields-read.ts";
import { parseProjection } from "#server/database/embedded/query/projection.ts";
import { equalValues, type Collator } from "#server/database/embedded/values/compare.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const DEFAULT_BATCH = 101;

/** `find`. */
export const find: Command = (request, state) => {
  const { body } = request;
  const ns = namespaceOf(request);
  for (const option of ["tailable", "returnKey", "showRecordId", "min", "max"]) {
    if (isSet(body[option]) || isDoc(body[option])) throw notSupported(`The find option ${option}`);
  }
  const environment = environmentOf(request, state);
  const checkTime = timeCheck(request, state);
  const limit = limitOf(body);
  const query = buildQuery(
    {
      filter: docField(body, "filter"),
      sort: docField(body, "sort"),
      skip: countField(body, "skip", 0),
      limit: Math.abs(limit),
      hint: body["hint"],
    },
    environment,
    checkTime,
  );
  const projection = parseProjection(docField(body, "projection"), environment, {
    kind: "find",
    filter: query.filter,
  });
  const collection = state.engine.catalog.get(ns);
  if (!collection) return cursorReply("firstBatch", [], ns, undefined);
  const found = runQuery(collection, { ...query, fields: fieldsShown(query, docField(body, "projection")) });
  const encoded = found.map(({ bytes, doc }) => (projection ? encodeDoc(projection(doc)) : bytes));
  const isSingle = isSet(body["singleBatch"]) || limit < 0;
  return firstBatch(
    state,
    ns,
    encoded,
    countField(body, "batchSize", DEFAULT_BATCH),
    isSingle,
    isSet(body["noCursorTimeout"]),
  );
};

/** What a read with a projection looks into. Without one the stored bytes are sent, so only the filter and the order do. */
function fieldsShown({ filter, sort }: Query, projection: Doc): Query["fields"] {
  const fields = new Set(sort.map(({ path }) => topOf(path)));
  return addFilterFields(filter, fields) && addProjectionFields(projection, fields) ? fields : undefined;
}

function limitOf(body: Doc): number {
  const limit = body["limit"];
  if (limit === undefined || limit === null) return 0;
  if (!isNumeric(limit)) throw typeMismatch("The field 'limit' must be a number.");
  return Math.trunc(toNumber(limit));
}

/** The first batch of a result, with a cursor for the rest unless there is none or none is wanted. */
export function firstBatch(
  state: ServerState,
  ns: string,
  source: Iterator<Uint8Array>,
  batchSize: number,
  isSingle: boolean,
  noTimeout: boolean,
): Doc {
  const { documents, isDone, ahead } = takeBatch(source, batchSize, undefined);
  if (isDone || isSingle) return cursorReply("firstBatch", documents, ns, undefined);
  const cursor = state.cursors.openDocuments(ns, source, ahead, noTimeout);
  return cursorReply("firstBatch", documents, ns, cursor.id);
}

/** `count`: without a filter from the stored count. */
export const count: Command = (request, state) => {
  const { body } = request;
  const ns = namespaceOf(request);
  const filter = docField(body, "query");
  const query = buildQuery(
    {
      filter,
      sort: newDoc(),
      skip: countField(body, "skip", 0),
      limit: Math.abs(limitOf(body)),
      hint: body["hint"],
    },
    environmentOf(request, state),
    timeCheck(request, state),
  );
  const collection = state.engine.catalog.get(ns);
  if (!collection) return docOf({ n: 0, ok: 1 });
  if (Object.keys(filter).length > 0) return docOf({ n: countMatching(collection, query), ok: 1 });
  const rest = Math.max(0, collection.count - query.skip);
  return docOf({ n: query.limit > 0 ? Math.min(rest, query.limit) : rest, ok: 1 });
};

/** `distinct`. */
export const distinct: Command = (request, state) => {
  const { body } = request;
  const ns = namespaceOf(request);
  const key = body["key"];
  if (typeof key !== "string") throw typeMismatch("The field 'key' must be a string.");
  const query = buildQuery(
    { filter: docField(body, "query"), sort: newDoc(), skip: 0, limit: 0, hint: body["hint"] },
    environmentOf(request, state),
    timeCheck(request, state),
  );
  const collection = state.engine.catalog.get(ns);
  const values = new Map<string, Value>();
  const parts = key.split(".");
  if (collection) for (const { doc } of runQuery(collection, query)) collectDistinct(doc, parts, 0, values);
  return docOf({ values: withoutEquals([...values.values()], query.collator), ok: 1 });
};

/** Drops what a collation holds for equal to an earlier value. */
function withoutEquals(values: Value[], collator: Collator): Value[] {
  if (!collator) return values;
  return values.filter((value, at) => values.findIndex((one) => equalValues(one, value, collator)) === at);
}

function collectDistinct(
  value: Value | undefined,
  parts: readonly string[],
  from: number,
  into: Map<string, Value>,
): void {
  const part = parts[from];
  if (Array.isArray(value)) {
    const position = part !== undefined && /^\d+$/.test(part) ? value[Number(part)] : undefined;
    if (position !== undefined) return collectDistinct(position, parts, from + 1, into);
    for (const item of value) {
      if (part === undefined) into.set(identityOf(item), item);
      else collectDistinct(item, parts, from, into);
    }
  } else if (part !== undefined) {
    if (isDoc(value)) collectDistinct(value[part], parts, from + 1, into);
  } else if (value !== undefined) {
    into.set(identityOf(value), value);
  }
}

/** `explain`: which plan a read would take and, when asked for, how much it reads. */
export const explain: Command = (request, state) => {
  const inner = docField(request.body, "explain");
  const [name = ""] = Object.keys(inner);
  const explained: Request = { ...request, name, body: inner };
  const ns = namespaceOf(explained);
  const collection = state.engine.catalog.get(ns);
  const query = buildQuery(
    explainedParts(name, inner),
    environmentOf(explained, state),
    timeCheck(request, state),
  );
  const plan: Plan = collection ? choosePlan(collection, query) : { kind: "scan", backward: false };
  const isSorted = query.sort.length === 0 || (plan.kind === "index" && plan.isSorted);
  const stage = planStage(plan);
  return docOf({
    queryPlanner: docOf({
      namespace: ns,
      winningPlan: isSorted ? stage : docOf({ stage: "SORT", inputStage: stage }),
      rejectedPlans: [],
    }),
    ...(request.body["verbosity"] === "executionStats" && {
      executionStats: collection ? statsOf(collection, query) : docOf({ nReturned: 0 }),
    }),
    ok: 1,
  });
};

function statsOf(collection: Collection, query: Query): Doc {
  const examined: Examined = { keys: 0, docs: 0 };
  let nReturned = 0;
  for (const _found of runQuery(collection, query, examined)) nReturned += 1;
  const { keys: totalKeysExamined, docs: totalDocsExamined } = examined;
  return docOf({ executionSuccess: true, nReturned, totalKeysExamined, totalDocsExamined });
}

function explainedParts(name: string, body: Doc): Parameters<typeof buildQuery>[0] {
  const [update] = name === "update" && Array.isArray(body["updates"]) ? body["updates"] : [];
  const [removal] = name === "delete" && Array.isArray(body["deletes"]) ? body["deletes"] : [];
  const statement = isDoc(update) ? update : isDoc(removal) ? removal : undefined;
  const filter = statement ? docField(statement, "q") : docField(body, name === "find" ? "filter" : "query");
  return {
    filter: name === "aggregate" ? matchOf(body) : filter,
    sort: docField(body, "sort"),
    skip: name === "find" ? numberOf(body["skip"]) : 0,
    limit: numberOf(name === "aggregate" ? limitOfPipeline(body) : body["limit"]),
    hint: body["hint"],
  };
}

const numberOf = (value: Value | undefined): number => (isNumeric(value) ? toNumber(value) : 0);

/** Of `$match` and `$limit` at the beginning, as drivers count. */
function limitOfPipeline(body: Doc): Value | undefined {
  const second = Array.isArray(body["pipeline"]) ? body["pipeline"][1] : undefined;
  return isDoc(second) ? second["$limit"] : undefined;
}

function matchOf(body: Doc): Doc {
  const [first] = Array.isArray(body["pipeline"]) ? body["pipeline"] : [];
  return isDoc(first) ? docField(first, "$match") : newDoc();
}

function planStage(plan: Plan): Doc {
  switch (plan.kind) {
    case "scan":
      return docOf({ stage: "COLLSCAN", direction: plan.backward ? "backward" : "forward" });
    case "union":
      return docOf({ stage: "OR", inputStages: plan.plans.map(planStage) });
    case "index":
      return docOf({
        stage: "FETCH",
        inputStage: docOf({
          stage: "IXSCAN",
          indexName: plan.index.name,
          keyPattern: plan.index.spec["key"],
          direction: plan.backward ? "backward" : "forward",
          isMultiKey: plan.index.multikey.some(Boolean),
          filtersKeys: plan.keyFilter !== undefined,
        }),
      });
  }
}
