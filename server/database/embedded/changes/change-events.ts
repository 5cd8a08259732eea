import type { WatchScope } from "#server/database/embedded/changes/watch-scope.ts";
import type { LoggedChange } from "#server/database/embedded/changes/change-log.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import type { Change } from "#server/database/embedded/storage/engine.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";
import { docOf, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** The images a stream asked for, and how to look up the current document. */
export type ImageOptions = {
  fullDocument: string;
  fullDocumentBeforeChange: string;
  lookup(ns: string, id: Doc): Doc | undefined;
};

/** Whether a change ends a stream with an `invalidate` event. */
export function invalidates(scope: WatchScope, change: Change): boolean {
  if (scope.kind === "collection") return change.kind === "drop" || change.kind === "rename";
  return scope.kind === "database" && change.kind === "dropDatabase";
}

/** The event document for a logged change. */
export function eventOf(entry: LoggedChange, token: Value, options: ImageOptions): Doc {
  const { change, clusterTime, wallTime } = entry;
  return docOf({
    _id: docOf({ _data: token }),
    operationType: change.kind,
    clusterTime,
    wallTime,
    ...details(change, options),
  });
}

export function invalidateEvent(entry: LoggedChange, token: Value): Doc {
  return docOf({
    _id: docOf({ _data: token }),
    operationType: "invalidate",
    clusterTime: entry.clusterTime,
    wallTime: entry.wallTime,
  });
}

type Fields = { [field: string]: Value | undefined };

function details(change: Change, options: ImageOptions): Fields {
  const ns = namespaceDoc(change.ns);
  switch (change.kind) {
    case "insert":
      return { fullDocument: decodeDoc(change.after), ns, documentKey: change.id };
    case "replace":
      return {
        fullDocument: decodeDoc(change.after),
        ns,
        documentKey: change.id,
        ...beforeImage(change.before, options),
      };
    case "update":
      return {
        ...afterImage(change, options),
        ns,
        documentKey: change.id,
        updateDescription: change.description,
        ...beforeImage(change.before, options),
      };
    case "delete":
      return { ns, documentKey: change.id, ...beforeImage(change.before, options) };
    case "rename":
      return { ns, to: namespaceDoc(change.to) };
    case "drop":
      return { ns };
    case "dropDatabase":
      return { ns: docOf({ db: change.ns }) };
  }
}

function namespaceDoc(ns: string): Doc {
  const dot = ns.indexOf(".");
  return dot === -1 ? docOf({ db: ns }) : docOf({ db: ns.slice(0, dot), coll: ns.slice(dot + 1) });
}

function afterImage(change: Change & { kind: "update" }, options: ImageOptions): Fields {
  switch (options.fullDocument) {
    case "updateLookup":
      return { fullDocument: options.lookup(change.ns, change.id) ?? null };
    case "whenAvailable":
      return { fullDocument: change.after ? decodeDoc(change.after) : null };
    case "required":
      if (!change.after) throw noImage();
      return { fullDocument: decodeDoc(change.after) };
    default:
      return {};
  }
}

function beforeImage(before: Uint8Array | undefined, options: ImageOptions): Fields {
  switch (options.fullDocumentBeforeChange) {
    case "whenAvailable":
      return { fullDocumentBeforeChange: before ? decodeDoc(before) : null };
    case "required":
      if (!before) throw noImage();
      return { fullDocumentBeforeChange: decodeDoc(before) };
    default:
      return {};
  }
}

function noImage(): ServerError {
  return new ServerError(
    47,
    "The change stream requires an image of the document that was not kept; enable changeStreamPreAndPostImages on the collection first.",
    undefined,
    ["NonResumableChangeStreamError"],
  );
}
