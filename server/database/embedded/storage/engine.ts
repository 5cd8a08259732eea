import { ServerError } from "#server/database/embedded/errors.ts";
import { Catalog, type Collection } from "#server/database/embedded/storage/catalog.ts";
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

/** Where committed changes go. `isRecording` false means that nobody would ever read them. */
export type ChangeSink = { isRecording(): boolean; publish(changes: readonly Change[]): void };

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

  constructor(store: Store) {
    this.#store = store;
    this.catalog = new Catalog(store);
  }

  attach(sink: ChangeSink): void {
    this.#sink = sink;
  }

  get isRecording(): boolean {
    return this.#sink.isRecording();
  }

  /** Notes a change; it is published when the turn's transaction is durable. */
  note(change: Change): void {
    if (this.#sink.isRecording()) this.#changes.push(change);
  }

  /** Runs one statement in the turn's transaction. When it throws, none of it happened. */
  statement<T>(work: () => T): T {
    this.#store.begin();
    const mark = this.#changes.length;
    try {
      return this.catalog.guarded(() => this.#store.atomically(work));
    } catch (error) {
      this.#changes.length = mark;
      throw error;
    }
  }

  /** Makes the turn durable. When that fails everything of the turn is undone and the error is thrown. */
  endTurn(): void {
    if (!this.#store.inTransaction) return;
    try {
      this.catalog.flushCounts();
      this.#store.commit();
    } catch (error) {
      this.#changes = [];
      this.#store.rollback();
      this.catalog.reload();
      const reason = error instanceof Error ? error.message : "unknown fault";
      throw new ServerError(96, `The write could not be made durable and was undone: ${reason}.`);
    }
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
