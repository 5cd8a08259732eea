import { aggregate } from "#server/database/embedded/commands/aggregate.ts";
import { bulkWrite } from "#server/database/embedded/commands/bulk-write.ts";
import {
  collMod,
  collStats,
  create,
  dbStats,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from "#server/database/embedded/commands/collections.ts";
import { getMore, killCursors } from "#server/database/embedded/commands/cursor-commands.ts";
import { findAndModify } from "#server/database/embedded/commands/find-and-modify.ts";
import {
  accepted,
  buildInfo,
  connectionStatus,
  getParameter,
  hello,
  noTransaction,
  serverStatus,
  whatsmyuri,
} from "#server/database/embedded/commands/handshake.ts";
import { createIndexes, dropIndexes, listIndexes } from "#server/database/embedded/commands/indexes.ts";
import { count, distinct, explain, find } from "#server/database/embedded/commands/read.ts";
import type { Command, Reply, Request, ServerState } from "#server/database/embedded/commands/request.ts";
import { snapshot } from "#server/database/embedded/commands/snapshot.ts";
import { deleteCommand, insert, update } from "#server/database/embedded/commands/write.ts";
import { errorReply, notSupported, ServerError, toServerError } from "#server/database/embedded/errors.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc } from "#server/database/embedded/values/value.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["hello", hello],
  ["isMaster", hello],
  ["ismaster", hello],
  ["ping", accepted],
  ["buildInfo", buildInfo],
  ["buildinfo", buildInfo],
  ["serverStatus", serverStatus],
  ["connectionStatus", connectionStatus],
  ["whatsmyuri", whatsmyuri],
  ["getParameter", getParameter],
  ["startSession", accepted],
  ["refreshSessions", accepted],
  ["endSessions", accepted],
  ["killSessions", accepted],
  ["killAllSessions", accepted],
  ["abortTransaction", noTransaction],
  ["commitTransaction", noTransaction],
  ["find", find],
  ["count", count],
  ["distinct", distinct],
  ["explain", explain],
  ["aggregate", aggregate],
  ["getMore", getMore],
  ["killCursors", killCursors],
  ["insert", insert],
  ["update", update],
  ["delete", deleteCommand],
  ["findAndModify", findAndModify],
  ["findandmodify", findAndModify],
  ["bulkWrite", bulkWrite],
  ["create", create],
  ["drop", drop],
  ["dropDatabase", dropDatabase],
  ["renameCollection", renameCollection],
  ["collMod", collMod],
  ["collStats", collStats],
  ["dbStats", dbStats],
  ["listCollections", listCollections],
  ["listDatabases", listDatabases],
  ["createIndexes", createIndexes],
  ["dropIndexes", dropIndexes],
  ["deleteIndexes", dropIndexes],
  ["listIndexes", listIndexes],
  ["ringsideSnapshot", snapshot],
]);

/** Commands that exist in MongoDB and are left out here on purpose. */
const LEFT_OUT = new Set([
  "mapReduce",
  "mapreduce",
  "createUser",
  "updateUser",
  "dropUser",
  "createRole",
  "grantRolesToUser",
  "usersInfo",
  "shardCollection",
  "enableSharding",
  "moveChunk",
  "replSetGetStatus",
  "replSetInitiate",
  "createSearchIndexes",
  "listSearchIndexes",
  "dropSearchIndex",
  "geoSearch",
  "cloneCollectionAsCapped",
  "convertToCapped",
  "saslStart",
  "authenticate",
]);

/** Runs one command. Errors become replies; nothing is thrown. */
export function runCommand(request: Request, state: ServerState): Reply {
  state.running.number += 1;
  state.running.sinceMs = state.clock.monotonicMs();
  try {
    refuseUnsupported(request.body);
    const known = state.retries.replyTo(request);
    if (known) return known;
    const command = COMMANDS.get(request.name);
    if (command) return command(request, state);
    if (LEFT_OUT.has(request.name)) throw notSupported(`The command ${request.name}`);
    throw new ServerError(59, `no such command: '${request.name}'`);
  } catch (error) {
    state.engine.noteFault(error);
    return errorReply(toServerError(error));
  }
}

const READS = new Set([
  "hello",
  "isMaster",
  "ismaster",
  "ping",
  "find",
  "count",
  "distinct",
  "explain",
  "listCollections",
  "listDatabases",
  "listIndexes",
]);
const WRITING_STAGES = new Set(["$out", "$merge"]);

/** Whether a command only reads, so that it can be run again when the writes of its turn were undone. */
export function isRead({ name, body }: Pick<Request, "name" | "body">): boolean {
  if (name !== "aggregate") return READS.has(name);
  const last = Array.isArray(body["pipeline"]) ? body["pipeline"].at(-1) : undefined;
  return !isDoc(last) || !Object.keys(last).some((stage) => WRITING_STAGES.has(stage));
}

/** Refuses what no command here can honour: transactions, snapshot and linearizable reads, replication. */
function refuseUnsupported(body: Doc): void {
  if (body["startTransaction"] === true || body["autocommit"] === false) {
    throw new ServerError(
      263,
      "Multi-document transactions are not supported by Ringside's built-in database; set MONGODB_URI to a MongoDB replica set to use them.",
    );
  }
  const concern = body["readConcern"];
  const level = isDoc(concern) ? concern["level"] : undefined;
  if (level === "snapshot" || level === "linearizable") throw notSupported(`The read concern "${level}"`);
  const write = body["writeConcern"];
  const acknowledged = isDoc(write) ? write["w"] : undefined;
  if (isNumeric(acknowledged) && toNumber(acknowledged) > 1)
    throw new ServerError(2, "cannot use 'w' > 1 when a host is not replicated");
}
