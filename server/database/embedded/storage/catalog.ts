import { randomBytes } from "node:crypto";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { parseIndexSpec, type IndexDefinition } from "#server/database/embedded/storage/index-spec.ts";
import type { ScanLog } from "#server/database/embedded/storage/scan-log.ts";
import type { Store } from "#server/database/embedded/storage/store.ts";
import { IndexTree, RecordTree } from "#server/database/embedded/storage/trees.ts";
import { docOf, type Doc } from "#server/database/embedded/values/value.ts";

export type Index = IndexDefinition & { id: number; tree: IndexTree; multikey: boolean[] };

/** A collection as the engine works with it. `ns` is `database.collection`. */
export type Collection = {
  id: number;
  ns: string;
  database: string;
  name: string;
  uuid: Uint8Array;
  options: Doc;
  count: number;
  bytes: number;
  records: RecordTree;
  indexes: Index[];
  scans: ScanLog;
  /** Grows with each document written, so that readers notice that something changed. */
  writes: number;
};

type CountsBefore = Map<Collection, Pick<Collection, "count" | "bytes">>;

/**
 * Which collections and indexes exist. Everything here is changed inside the turn's transaction; `undo` keeps
 * how to take the in-memory half back when a statement fails.
 */
export class Catalog {
  readonly #store: Store;
  readonly #scans: ScanLog;
  readonly #collections = new Map<string, Collection>();
  readonly #dirty = new Set<Collection>();
  #undo: (() => void)[] = [];
  /** Counts as they were before the statement that is running. */
  #countsBefore: CountsBefore = new Map();

  constructor(store: Store, scans: ScanLog) {
    this.#store = store;
    this.#scans = scans;
    this.reload();
  }

  /** Reads everything from the file; used at start and after a failed commit. */
  reload(): void {
    for (const collection of this.#collections.values()) collection.writes += 1;
    this.#collections.clear();
    this.#dirty.clear();
    this.#undo = [];
    const rows = this.#store
      .statement("SELECT id, ns, uuid, options, count, bytes FROM collections ORDER BY id")
      .all();
    for (const row of rows) {
      const collection = this.#assemble({
        id: Number(row["id"]),
        ns: String(row["ns"]),
        uuid: row["uuid"] as Uint8Array,
        options: decodeDoc(row["options"] as Uint8Array),
        count: Number(row["count"]),
        bytes: Number(row["bytes"]),
      });
      this.#collections.set(collection.ns, collection);
    }
  }

  #assemble(row: Pick<Collection, "id" | "ns" | "uuid" | "options" | "count" | "bytes">): Collection {
    const dot = row.ns.indexOf(".");
    const rows = this.#store
      .statement("SELECT id, spec, multikey FROM indexes WHERE collection = ? ORDER BY id")
      .all(row.id);
    const indexes = rows.map((one) =>
      this.#assembleIndex(Number(one["id"]), decodeDoc(one["spec"] as Uint8Array), Number(one["multikey"])),
    );
    return {
      ...row,
      database: row.ns.slice(0, dot),
      name: row.ns.slice(dot + 1),
      records: new RecordTree(this.#store, row.id),
      indexes,
      scans: this.#scans,
      writes: 0,
    };
  }

  #assembleIndex(id: number, spec: Doc, mask: number): Index {
    const definition = parseIndexSpec(spec);
    const multikey = definition.fields.map((_field, place) => (mask & (2 ** place)) !== 0);
    return { ...definition, id, tree: new IndexTree(this.#store, id), multikey };
  }

  get(ns: string): Collection | undefined {
    return this.#collections.get(ns);
  }

  all(): Collection[] {
    return [...this.#collections.values()];
  }

  create(ns: string, options: Doc): Collection {
    const uuid = randomBytes(16);
    uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40;
    uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
    const insert = this.#store.statement(
      "INSERT INTO collections (ns, uuid, options, count, bytes) VALUES (?, ?, ?, 0, 0)",
    );
    const id = Number(insert.run(ns, uuid, encodeDoc(options)).lastInsertRowid);
    const collection = this.#assemble({ id, ns, uuid, options, count: 0, bytes: 0 });
    collection.records.create();
    this.#collections.set(ns, collection);
    this.#undo.push(() => this.#collections.delete(ns));
    this.addIndex(collection, parseIndexSpec(docOf({ key: docOf({ _id: 1 }) })));
    return collection;
  }

  drop(collection: Collection): void {
    for (const index of collection.indexes) this.dropIndex(collection, index);
    collection.records.drop();
    this.#store.statement("DELETE FROM collections WHERE id = ?").run(collection.id);
    this.#collections.delete(collection.ns);
    this.#dirty.delete(collection);
    this.#undo.push(() => this.#collections.set(collection.ns, collection));
  }

  rename(collection: Collection, ns: string): void {
    const { ns: old, database, name } = collection;
    this.#store.statement("UPDATE collections SET ns = ? WHERE id = ?").run(ns, collection.id);
    this.#move(collection, ns);
    this.#undo.push(() => {
      this.#move(collection, old);
      Object.assign(collection, { database, name });
    });
  }

  #move(collection: Collection, ns: string): void {
    const dot = ns.indexOf(".");
    this.#collections.delete(collection.ns);
    Object.assign(collection, { ns, database: ns.slice(0, dot), name: ns.slice(dot + 1) });
    this.#collections.set(ns, collection);
  }

  setOptions(collection: Collection, options: Doc): void {
    const before = collection.options;
    this.#store
      .statement("UPDATE collections SET options = ? WHERE id = ?")
      .run(encodeDoc(options), collection.id);
    collection.options = options;
    this.#undo.push(() => {
      collection.options = before;
    });
  }

  addIndex(collection: Collection, definition: IndexDefinition): Index {
    const insert = this.#store.statement("INSERT INTO indexes (collection, spec, multikey) VALUES (?, ?, 0)");
    const id = Number(insert.run(collection.id, encodeDoc(definition.spec)).lastInsertRowid);
    const index = this.#assembleIndex(id, definition.spec, 0);
    index.tree.create();
    this.#replaceIndexes(collection, [...collection.indexes, index]);
    return index;
  }

  dropIndex(collection: Collection, index: Index): void {
    index.tree.drop();
    this.#store.statement("DELETE FROM indexes WHERE id = ?").run(index.id);
    this.#replaceIndexes(
      collection,
      collection.indexes.filter((one) => one !== index),
    );
  }

  /** Changes an index's stored options (`collMod`). */
  changeIndex(collection: Collection, index: Index, spec: Doc): void {
    this.#store.statement("UPDATE indexes SET spec = ? WHERE id = ?").run(encodeDoc(spec), index.id);
    const changed: Index = { ...index, ...parseIndexSpec(spec) };
    this.#replaceIndexes(
      collection,
      collection.indexes.map((one) => (one === index ? changed : one)),
    );
  }

  #replaceIndexes(collection: Collection, indexes: Index[]): void {
    const before = collection.indexes;
    collection.indexes = indexes;
    this.#undo.push(() => {
      collection.indexes = before;
    });
  }

  /** Remembers that a path of an index goes through arrays. Stays so when the arrays go, which is safe. */
  markMultikey(index: Index, multikey: readonly boolean[]): void {
    if (!multikey.some((flag, place) => flag && !index.multikey[place])) return;
    const before = [...index.multikey];
    for (const [place, flag] of multikey.entries()) if (flag) index.multikey[place] = true;
    const mask = index.multikey.reduce((bits, flag, place) => (flag ? bits + 2 ** place : bits), 0);
    this.#store.statement("UPDATE indexes SET multikey = ? WHERE id = ?").run(mask, index.id);
    this.#undo.push(() => {
      for (const [place, flag] of before.entries()) index.multikey[place] = flag;
    });
  }

  /** Counts documents and bytes in memory; they are written with the transaction. */
  adjust(collection: Collection, documents: number, bytes: number): void {
    if (!this.#countsBefore.has(collection)) {
      this.#countsBefore.set(collection, { count: collection.count, bytes: collection.bytes });
    }
    collection.writes += 1;
    collection.count += documents;
    collection.bytes += bytes;
    this.#dirty.add(collection);
  }

  /** Writes the counts that changed. */
  flushCounts(): void {
    const update = this.#store.statement("UPDATE collections SET count = ?, bytes = ? WHERE id = ?");
    for (const { count, bytes, id } of this.#dirty) update.run(count, bytes, id);
    this.#dirty.clear();
    this.#undo = [];
    this.#countsBefore.clear();
  }

  /** Runs `work`; when it throws, the in-memory catalog goes back to where it was. */
  guarded<T>(work: () => T): T {
    const mark = this.#undo.length;
    const outer = this.#countsBefore;
    const own: CountsBefore = new Map();
    this.#countsBefore = own;
    try {
      return work();
    } catch (error) {
      for (const back of this.#undo.splice(mark).toReversed()) back();
      for (const [collection, counts] of own) Object.assign(collection, counts);
      own.clear();
      throw error;
    } finally {
      this.#countsBefore = outer;
      for (const [collection, counts] of own) if (!outer.has(collection)) outer.set(collection, counts);
    }
  }
}
