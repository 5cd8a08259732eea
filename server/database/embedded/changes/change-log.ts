import { randomBytes } from "node:crypto";
import { Timestamp } from "bson";
import {
  covers,
  includes,
  scopeKey,
  type WatchScope,
} from "#server/database/embedded/changes/watch-scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import type { Change, ChangeSink } from "#server/database/embedded/storage/engine.ts";
import { isDoc, type Value } from "#server/database/embedded/values/value.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import type { Clock } from "#server/lib/clock.ts";

/** One logged change. `at` is what it counts as in the order of the whole log. */
export type LoggedChange = {
  at: number;
  wallTime: Date;
  clusterTime: Timestamp;
  change: Change;
  size: number;
};

/** The log forgets its oldest changes beyond this. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;
/** Recording goes on this long after the last watcher left, so that it can come back and resume. */
const GRACE_MS = 5 * 60_000;
const ENTRY_OVERHEAD_BYTES = 300;

/** What is recorded: while it has watchers and a while longer, and completely after the position `since`. */
type Recorded = {
  scope: WatchScope;
  watchers: number;
  untilMs: number;
  since: number;
  sinceSecond: number;
};

/**
 * The recent changes, for change streams. Only what somebody watches is recorded; a stream that wants to go on
 * from a point whose successors are no longer here gets error 286.
 */
export class ChangeLog implements ChangeSink {
  readonly #clock: Clock;
  readonly #boot = randomBytes(8).toString("hex");
  readonly #waiting = new Set<() => void>();
  #entries: LoggedChange[] = [];
  #bytes = 0;
  #position = 0;
  /** The log is complete after this position. */
  #completeAfter = 0;
  /** The log is complete from this second on. */
  #completeFromSecond = 0;
  readonly #recorded = new Map<string, Recorded>();
  #lastSecond = 0;
  #increment = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isRecording(ns: string): boolean {
    for (const one of this.#recorded.values()) if (covers(one.scope, ns) && this.#isLive(one)) return true;
    return false;
  }

  #isLive({ watchers, untilMs }: Recorded): boolean {
    return watchers > 0 || this.#clock.monotonicMs() < untilMs;
  }

  get position(): number {
    return this.#position;
  }

  /** A watcher came; the returned function says that it left. */
  watch(scope: WatchScope): () => void {
    for (const [key, one] of this.#recorded) if (!this.#isLive(one)) this.#recorded.delete(key);
    if (this.#recorded.size === 0) [this.#entries, this.#bytes] = [[], 0];
    const key = scopeKey(scope);
    const recorded = this.#recorded.get(key) ?? this.#begin(scope);
    this.#recorded.set(key, recorded);
    recorded.watchers += 1;
    let isHere = true;
    return () => {
      if (!isHere) return;
      isHere = false;
      recorded.watchers -= 1;
      recorded.untilMs = this.#clock.monotonicMs() + GRACE_MS;
    };
  }

  /** Unless something wider is recorded already, changes were missed: earlier positions can not be resumed from. */
  #begin(scope: WatchScope): Recorded {
    const begun = { scope, watchers: 0, untilMs: 0 };
    const wider = [...this.#recorded.values()].find((one) => includes(one.scope, scope));
    if (wider) return { ...begun, since: wider.since, sinceSecond: wider.sinceSecond };
    this.#position += 1;
    return { ...begun, since: this.#position, sinceSecond: Math.floor(this.#clock.nowMs() / 1000) };
  }

  publish(changes: readonly Change[]): void {
    for (const change of changes) this.#append(change);
    while (this.#bytes > MAX_LOG_BYTES) this.#forgetOldest();
    for (const wake of this.#waiting) wake();
  }

  #append(change: Change): void {
    this.#position += 1;
    const wallTime = new Date(this.#clock.nowMs());
    const size = sizeOf(change);
    this.#entries.push({ at: this.#position, wallTime, clusterTime: this.#tick(wallTime), change, size });
    this.#bytes += size;
  }

  #tick(wallTime: Date): Timestamp {
    const second = Math.max(this.#lastSecond, Math.floor(wallTime.getTime() / 1000));
    this.#increment = second === this.#lastSecond ? this.#increment + 1 : 1;
    this.#lastSecond = second;
    return new Timestamp({ t: second, i: this.#increment });
  }

  #forgetOldest(): void {
    const half = Math.ceil(this.#entries.length / 8);
    for (const entry of this.#entries.splice(0, half)) {
      this.#bytes -= entry.size;
      this.#completeAfter = entry.at;
      this.#completeFromSecond = entry.clusterTime.t + 1;
    }
  }

  /** The changes after a position, oldest first; error 286 when some of them are gone. */
  after(position: number): readonly LoggedChange[] {
    if (position < this.#completeAfter) throw historyLost();
    let [from, upto] = [0, this.#entries.length];
    while (from < upto) {
      const middle = (from + upto) >> 1;
      if ((this.#entries[middle]?.at ?? 0) > position) upto = middle;
      else from = middle + 1;
    }
    return this.#entries.slice(from);
  }

  /** Calls `wake` at the next change, until the returned function is called. */
  onChange(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  token(position: number): Value {
    return `${this.#boot}${position.toString(16).padStart(14, "0")}`;
  }

  /** The position a resume token stands for; error 286 for tokens of an earlier start of the server. */
  positionOf(token: Value | undefined, scope: WatchScope): number {
    const data = isDoc(token) ? token["_data"] : undefined;
    if (typeof data !== "string" || !/^[0-9a-f]{30}$/.test(data))
      throw new ServerError(260, "The resume token is not valid.");
    if (!data.startsWith(this.#boot)) throw historyLost();
    const position = Number.parseInt(data.slice(this.#boot.length), 16);
    const since = this.#recorded.get(scopeKey(scope))?.since ?? this.#position;
    if (position > this.#position || position < Math.max(this.#completeAfter, since)) throw historyLost();
    return position;
  }

  /** The position right before the first change at or after a time; error 286 when changes since then may be gone. */
  positionAt(time: Timestamp, scope: WatchScope): number {
    const since = this.#recorded.get(scopeKey(scope))?.sinceSecond ?? 0;
    if (time.t < Math.max(this.#completeFromSecond, since)) throw historyLost();
    const first = this.#entries.find((entry) => entry.clusterTime.greaterThanOrEqual(time));
    if (first) return first.at - 1;
    return this.#position;
  }
}

function historyLost(): ServerError {
  return new ServerError(
    286,
    "Resume of change stream was not possible, as the resume point may no longer be in the log; the built-in database keeps changes only until it restarts.",
    undefined,
    ["NonResumableChangeStreamError"],
  );
}

function sizeOf(change: Change): number {
  let size = ENTRY_OVERHEAD_BYTES;
  if ("after" in change) size += change.after?.length ?? 0;
  if ("before" in change) size += change.before?.length ?? 0;
  if (change.kind === "update") size += encodeDoc(change.description).length;
  return size;
}
