import {
  compilePipeline,
  runOnCollection,
  type PipelineHost,
} from "#server/database/embedded/aggregate/pipeline.ts";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { collect, stageParts } from "#server/database/embedded/aggregate/stages.ts";
import { ChangeStream } from "#server/database/embedded/changes/change-stream.ts";
import type { WatchScope } from "#server/database/embedded/changes/watch-scope.ts";
import { writeOutput } from "#server/database/embedded/commands/output.ts";
import { firstBatch } from "#server/database/embedded/commands/read.ts";
import {
  countField,
  docField,
  environmentOf,
  namespace,
  type Command,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { findById, pipelineHost } from "#server/database/embedded/commands/select.ts";
import { cursorReply } from "#server/database/embedded/cursors.ts";
import { ServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const DEFAULT_BATCH = 101;

/** `aggregate`, on a collection or (with `$documents` or `$changeStream`) without one. */
export const aggregate: Command = (request, state) => {
  const { body } = request;
  const stages = body["pipeline"];
  if (!Array.isArray(stages)) throw typeMismatch("'pipeline' option must be specified as an array");
  const target = body["aggregate"];
  const collection = typeof target === "string" ? target : undefined;
  const ns =
    collection === undefined ? `${request.database}.$cmd.aggregate` : namespace(request.database, collection);
  const batchSize = countField(docField(body, "cursor"), "batchSize", DEFAULT_BATCH);
  const environment = environmentOf(request, state);
  const [first] = stages;
  if (first !== undefined && stageParts(first).name === "$changeStream") {
    return openChangeStream(request, state, ns, collection, stages, environment);
  }
  const host = pipelineHost(request, state, body["hint"]);
  const last = stages.at(-1);
  const output = last === undefined ? undefined : stageParts(last);
  if (output && (output.name === "$out" || output.name === "$merge")) {
    const docs = collect(run(collection, stages.slice(0, -1), environment, host));
    writeOutput(request, state, output.name, output.spec, docs, environment);
    return cursorReply("firstBatch", [], ns, undefined);
  }
  const results = run(collection, stages, environment, host);
  return firstBatch(state, ns, Iterator.from(results).map(encodeDoc), batchSize, false, false);
};

function run(
  collection: string | undefined,
  stages: readonly Value[],
  environment: Environment,
  host: PipelineHost,
): Iterable<Doc> {
  if (collection !== undefined) return runOnCollection(collection, stages, environment, host);
  const [first] = stages;
  if (first === undefined || stageParts(first).name !== "$documents") {
    throw new ServerError(73, "{aggregate: 1} is not valid for this pipeline; a collection is needed.");
  }
  return compilePipeline(stages, environment, host)([]);
}

function openChangeStream(
  request: Request,
  state: ServerState,
  ns: string,
  collection: string | undefined,
  stages: readonly Value[],
  environment: Environment,
): Doc {
  const [first = null, ...rest] = stages;
  const { spec } = stageParts(first);
  const options = isDoc(spec) ? spec : newDoc();
  const stream = new ChangeStream(
    state.changes,
    scopeOf(request, ns, collection, options),
    options,
    rest,
    environment,
    (where, id) => findById(state.engine, where, id["_id"] ?? null),
  );
  const token = stream.resumeToken();
  const cursor = state.cursors.openChanges(ns, stream);
  return cursorReply("firstBatch", [], ns, cursor.id, token);
}

function scopeOf(request: Request, ns: string, collection: string | undefined, options: Doc): WatchScope {
  if (options["allChangesForCluster"] === true) {
    if (request.database !== "admin")
      throw new ServerError(72, "A whole server is watched from the admin database.");
    return { kind: "all" };
  }
  return collection === undefined
    ? { kind: "database", database: request.database }
    : { kind: "collection", ns };
}
