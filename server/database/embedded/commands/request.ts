import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import type { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import type { RetryMemory } from "#server/database/embedded/commands/retries.ts";
import type { CursorStore } from "#server/database/embedded/cursors.ts";
import { ServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import { parseCollation } from "#server/database/embedded/query/collation.ts";
import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import { rootScope } from "#server/database/embedded/aggregate/scope.ts";
import type { Engine } from "#server/database/embedded/storage/engine.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";
import type { Clock } from "#server/lib/clock.ts";

/** One command as it came in. `sequences` are the document lists that were sent outside the body, still encoded. */
export type Request = {
  name: string;
  database: string;
  body: Doc;
  sequences: ReadonlyMap<string, readonly Uint8Array[]>;
  connectionId: number;
};

/** What commands work on. */
export type ServerState = {
  engine: Engine;
  cursors: CursorStore;
  changes: ChangeLog;
  clock: Clock;
  /** The command that is running: its number and when it began. */
  running: { number: number; sinceMs: number };
  retries: RetryMemory;
  /** Where snapshots for export are put. */
  snapshots: string;
  /** Makes what this turn did so far durable, and answers it. */
  endTurn(): void;
};

/** A reply, or the promise of one for commands that wait for changes. */
export type Reply = Doc | Promise<Doc>;
export type Command = (request: Request, state: ServerState) => Reply;

/** `database.collection` for the collection a command names in its first field. */
export function namespaceOf(request: Request, field = request.name): string {
  const collection = request.body[field];
  if (typeof collection !== "string")
    throw new ServerError(73, `The collection name has the wrong type in '${field}'.`);
  return namespace(request.database, collection);
}

const MAX_NAMESPACE_BYTES = 255;

/** Checks a namespace's form (error 73). */
export function namespace(database: string, collection: string): string {
  const ns = `${database}.${collection}`;
  const isBad =
    collection === "" ||
    collection.startsWith(".") ||
    collection.endsWith(".") ||
    /[\0$]/.test(collection) ||
    database === "" ||
    /[\0/\\. "$]/.test(database) ||
    Buffer.byteLength(ns) > MAX_NAMESPACE_BYTES;
  if (isBad) throw new ServerError(73, `Invalid namespace specified '${ns.replaceAll("\0", "")}'`);
  return ns;
}

export function docField(doc: Doc, name: string): Doc {
  const value = doc[name];
  if (value === undefined || value === null) return newDoc();
  if (!isDoc(value)) throw typeMismatch(`The field '${name}' must be an object.`);
  return value;
}

/** A whole number of at least 0; `fallback` when it is not given. */
export function countField(doc: Doc, name: string, fallback: number): number {
  const value = doc[name];
  if (value === undefined || value === null) return fallback;
  if (!isNumeric(value)) throw typeMismatch(`The field '${name}' must be a number.`);
  const number = Math.trunc(toNumber(value));
  if (!(number >= 0)) throw new ServerError(51024, `The field '${name}' must be at least 0.`);
  return number;
}

export function isSet(value: Value | undefined): boolean {
  return value === true || (isNumeric(value) && toNumber(value) !== 0);
}

/** A list of documents, wherever the client put it; each with its bytes. */
export function documentList(request: Request, name: string): { doc: Doc; bytes: Uint8Array }[] {
  const sequence = request.sequences.get(name);
  if (sequence) return sequence.map((bytes) => ({ doc: decodeDoc(bytes), bytes }));
  const list = request.body[name];
  if (!Array.isArray(list)) throw new ServerError(40414, `The field '${name}' is missing but required.`);
  return list.map((doc) => {
    if (!isDoc(doc)) throw typeMismatch(`The entries of '${name}' must be objects.`);
    return { doc, bytes: encodeDoc(doc) };
  });
}

/** The command's collation, variables and time. `holder` is the command or one of its statements. */
export function environmentOf(request: Request, state: ServerState, holder: Doc = request.body): Environment {
  const base: Environment = {
    collator: parseCollation(holder["collation"] ?? request.body["collation"]),
    variables: new Map(),
    now: new Date(state.clock.nowMs()),
  };
  const lets = holder["let"] ?? request.body["let"] ?? holder["c"];
  if (!isDoc(lets)) return base;
  const scope = rootScope(newDoc(), base);
  const variables = new Map(
    Object.entries(lets).map(([name, value]) => [name, compileExpression(value, base)(scope)]),
  );
  return { ...base, variables };
}

/**
 * A check that throws error 50 once the command's `maxTimeMS` is used up. A cursor takes what is left along to
 * its further batches; the time its client takes in between does not count.
 */
export function timeCheck(request: Request, state: ServerState): () => void {
  let leftMs = countField(request.body, "maxTimeMS", 0);
  if (leftMs === 0) return () => undefined;
  let { number, sinceMs } = state.running;
  let seenMs = sinceMs;
  return () => {
    if (state.running.number !== number) {
      leftMs -= seenMs - sinceMs;
      ({ number, sinceMs } = state.running);
    }
    seenMs = state.clock.monotonicMs();
    if (seenMs - sinceMs > leftMs) throw new ServerError(50, "operation exceeded time limit");
  };
}
