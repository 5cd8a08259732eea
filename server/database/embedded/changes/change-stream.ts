import { Timestamp } from "bson";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import {
  compileStage,
  isStageName,
  stageParts,
  unknownStage,
  type Stage,
} from "#server/database/embedded/aggregate/stages.ts";
import {
  eventOf,
  invalidateEvent,
  invalidates,
  type ImageOptions,
} from "#server/database/embedded/changes/change-events.ts";
import { covers, type WatchScope } from "#server/database/embedded/changes/watch-scope.ts";
import type { ChangeLog, LoggedChange } from "#server/database/embedded/changes/change-log.ts";
import { badValue, ServerError } from "#server/database/embedded/errors.ts";
import { docOf, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const ALLOWED_STAGES = new Set([
  "$match",
  "$project",
  "$addFields",
  "$set",
  "$unset",
  "$replaceRoot",
  "$replaceWith",
  "$redact",
]);
const KNOWN_OPTIONS = new Set([
  "fullDocument",
  "fullDocumentBeforeChange",
  "resumeAfter",
  "startAfter",
  "startAtOperationTime",
  "allChangesForCluster",
  "showExpandedEvents",
]);

/** One open change stream: a position in the log and what to make of the changes after it. */
export class ChangeStream {
  readonly #log: ChangeLog;
  readonly #scope: WatchScope;
  readonly #images: ImageOptions;
  readonly #stages: Stage;
  readonly #leave: () => void;
  #position: number;
  #isOver = false;

  constructor(
    log: ChangeLog,
    scope: WatchScope,
    options: Doc,
    pipeline: readonly Value[],
    environment: Environment,
    lookup: ImageOptions["lookup"],
  ) {
    this.#log = log;
    this.#scope = scope;
    this.#images = imageOptions(options, lookup);
    this.#stages = compileStages(pipeline, environment);
    this.#leave = log.watch(scope);
    try {
      this.#position = startingPosition(log, options, scope);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** True after an `invalidate` event: the stream has nothing more to give. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Up to `most` further events; may be none. */
  next(most: number): Doc[] {
    const events: Doc[] = [];
    for (const entry of this.#log.after(this.#position)) {
      if (events.length >= most || this.#isOver) break;
      if (covers(this.#scope, entry.change.ns)) events.push(...this.#eventsFor(entry));
      this.#position = entry.at;
    }
    return events;
  }

  #eventsFor(entry: LoggedChange): Doc[] {
    const token = this.#log.token(entry.at);
    const raw = [eventOf(entry, token, this.#images)];
    if (invalidates(this.#scope, entry.change)) {
      this.#isOver = true;
      raw.push(invalidateEvent(entry, token));
    }
    const events = [...this.#stages(raw)];
    if (events.some((event) => event["_id"] === undefined)) {
      throw new ServerError(280, "A change stream's pipeline must keep the _id of its events.", undefined, [
        "NonResumableChangeStreamError",
      ]);
    }
    return events;
  }

  /** Where a resumed stream would go on. */
  resumeToken(): Doc {
    return docOf({ _data: this.#log.token(this.#position) });
  }

  close(): void {
    this.#leave();
  }
}

function imageOptions(options: Doc, lookup: ImageOptions["lookup"]): ImageOptions {
  for (const name of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(name))
      throw new ServerError(40415, `The $changeStream option '${name}' is not supported.`);
  }
  if (options["showExpandedEvents"] === true)
    throw new ServerError(238, "Expanded change events are not supported.");
  return {
    fullDocument: choice(
      options["fullDocument"],
      ["default", "updateLookup", "whenAvailable", "required"],
      "default",
    ),
    fullDocumentBeforeChange: choice(
      options["fullDocumentBeforeChange"],
      ["off", "whenAvailable", "required"],
      "off",
    ),
    lookup,
  };
}

function choice(value: Value | undefined, allowed: readonly string[], fallback: string): string {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "string" || !allowed.includes(value))
    throw badValue(`The value must be one of ${allowed.join(", ")}.`);
  return value;
}

function startingPosition(log: ChangeLog, options: Doc, scope: WatchScope): number {
  const token = options["resumeAfter"] ?? options["startAfter"];
  if (token !== undefined && token !== null) return log.positionOf(token, scope);
  const time = options["startAtOperationTime"];
  return time instanceof Timestamp ? log.positionAt(time, scope) : log.position;
}

function compileStages(pipeline: readonly Value[], environment: Environment): Stage {
  const stages = pipeline.map((stage) => {
    const { name, spec } = stageParts(stage);
    const compiled = ALLOWED_STAGES.has(name) ? compileStage(name, spec, environment) : undefined;
    if (compiled) return compiled;
    throw isStageName(name)
      ? new ServerError(72, `${name} is not permitted in a $changeStream pipeline`)
      : unknownStage(name);
  });
  return (input) => stages.reduce<Iterable<Doc>>((current, stage) => stage(current), input);
}
