import { damagedFile, ServerError, sqliteCode, toServerError } from "#server/database/embedded/errors.ts";
import { Catalog, type Collection } from "#server/database/embedded/storage/catalog.ts";
import { ScanLog } from "#server/database/embedded/storage/scan-log.ts";
import type { Store } from "#server/database/embedded/storage/store.ts";
import type { Doc } from "#server/database/embedded/values/value.ts";

/** Something that happened, for change streams. Document bytes are copies. */
export type Change =
  | { kind: "insert"; ns: string; uuid: Uint8Array; id: Doc; after: Uint8Array }
  | {
      kind: "replace";
      ns: string;
      uuid: Uint8Array;
      id: Doc;
      after: Uint8Array;
      before: Uint8Array | undefined;
    }
  | {
      kind: "update";
      ns: string;
      uuid: Uint8Array;
      id: Doc;
      description: Doc;
      after: Uint8Array | undefined;
      before: Uint8Array | undefined;
    }
  | { kind: "delete"; ns: string; uuid: Uint8Array; id: Doc; before: Uint8Array | undefined }
  | { kind: "drop"; ns: string; uuid: Uint8Array }
  | { kind: "rename"; ns: string; uuid: Uint8Array; to: string }
  | { kind: "dropDatabase"; ns: string };

/** Where committed changes go. `isRecording` false means that nobody would ever read those of this namespace. */
export type ChangeSink = { isRecording(ns: string): boolean; publish(changes: readonly Change[]): void };

/** After this many commits in a row a full disk is worth a new line. */
const COMMITS_UNTIL_ROOM = 200;

const NO_SINK: ChangeSink = { isRecording: () => false, publish: () => undefined };

/**
 * Transactions: all writes of one event-loop turn share one, `endTurn` makes them durable with one fsync, and
 * every statement inside is atomic by itself.
 */
export class Engine {
  readonly catalog: Catalog;
  readonly #store: Store;
  #sink: ChangeSink = NO_SINK;
  #changes: Change[] = [];
  readonly #report: (message: string) => void;
  #isDamaged = false;
  /** Above 0 the disk counts as full: small writes may still fit now and then. */
  #commitsUntilRoom = 0;

  /** `report` is told, once each, about faults of the file and about queries that lack an index. */
  constructor(store: Store, report: (message: string) => void = () => undefined) {
    this.#store = store;
    this.#report = report;
    this.catalog = new Catalog(store, new ScanLog(report));
  }

  attach(sink: ChangeSink): void {
    this.#sink = sink;
  }

  isRecording(ns: string): boolean {
    return this.#sink.isRecording(ns);
  }

  /** Notes a change; it is published when the turn's transaction is durable. */
  note(change: Change): void {
    if (this.#sink.isRecording(change.ns)) this.#changes.push(change);
  }

  /** Runs one statement in the turn's transaction. When it throws, none of it happened. */
  statement<T>(work: () => T): T {
    if (this.#isDamaged) throw damagedFile();
    const mark = this.#changes.length;
    try {
      this.#store.begin();
      return this.catalog.guarded(() => this.#store.atomically(work));
    } catch (error) {
      this.#changes.length = mark;
      this.noteFault(error);
      throw error;
    }
  }

  /** Makes the turn durable. When that fails everything of the turn is undone and the error is thrown. */
  endTurn(): void {
    if (!this.#store.inTransaction) return;
    try {
      this.#store.begin();
      this.catalog.flushCounts();
      this.#store.commit();
      if (this.#commitsUntilRoom > 0) this.#commitsUntilRoom -= 1;
    } catch (error) {
      this.noteFault(error);
      this.#changes = [];
      this.#store.rollback();
      this.catalog.reload();
      if (sqliteCode(error) !== 0) throw toServerError(error);
      const reason = error instanceof Error ? error.message : "unknown fault";
      throw new ServerError(96, `The write could not be made durable and was undone: ${reason}.`);
    }
  }

  /** Reports a fault of the file or its disk. A damaged file is never written to again. */
  noteFault(error: unknown): void {
    const code = sqliteCode(error);
    if ((code === 11 || code === 26) && !this.#isDamaged) {
      this.#isDamaged = true;
      this.#report(damagedFile().message);
    } else if (code === 13) {
      const isNews = this.#commitsUntilRoom === 0;
      this.#commitsUntilRoom = COMMITS_UNTIL_ROOM;
      if (!isNews) return;
      this.#report(
        "The disk that holds the built-in database is full: writes are refused until there is room.",
      );
    }
  }

  /** Writes a consistent copy of everything to a new file. Call between turns. */
  copyTo(path: string): void {
    this.#store.copyTo(path);
  }

  /** What SQLite says about the file; empty when it is sound. */
  fileFaults(): string[] {
    return this.#store.faults();
  }

  /** Hands the turn's changes on; called after its replies are on their way. */
  publishChanges(): void {
    if (this.#changes.length === 0) return;
    const changes = this.#changes;
    this.#changes = [];
    this.#sink.publish(changes);
  }

  /** The collection, made first when it does not exist. */
  ensureCollection(ns: string, options: Doc): Collection {
    return this.catalog.get(ns) ?? this.statement(() => this.catalog.create(ns, options));
  }

  close(): void {
    this.#store.close();
  }
}
