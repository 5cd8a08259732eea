import type { Store } from "#server/database/embedded/storage/store.ts";

/** One stored document. */
export type Row = { rid: number; bytes: Uint8Array };
/** One index entry. */
export type Entry = { key: Uint8Array; rid: number };

/** The documents of one collection, by record number (insertion order). */
export class RecordTree {
  readonly #store: Store;
  readonly #table: string;

  constructor(store: Store, collectionId: number) {
    this.#store = store;
    this.#table = `c${collectionId}`;
  }

  create(): void {
    this.#store.exec(`CREATE TABLE ${this.#table} (rid INTEGER PRIMARY KEY, doc BLOB NOT NULL)`);
  }

  drop(): void {
    this.#store.forget(this.#table);
    this.#store.exec(`DROP TABLE ${this.#table}`);
  }

  insert(bytes: Uint8Array): number {
    const result = this.#store.statement(`INSERT INTO ${this.#table} (doc) VALUES (?)`).run(bytes);
    return Number(result.lastInsertRowid);
  }

  replace(rid: number, bytes: Uint8Array): void {
    this.#store.statement(`UPDATE ${this.#table} SET doc = ? WHERE rid = ?`).run(bytes, rid);
  }

  remove(rid: number): void {
    this.#store.statement(`DELETE FROM ${this.#table} WHERE rid = ?`).run(rid);
  }

  get(rid: number): Uint8Array | undefined {
    const row = this.#store.statement(`SELECT doc FROM ${this.#table} WHERE rid = ?`).get(rid);
    const bytes = row?.["doc"];
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  /** Up to `limit` documents after `rid` (before it when `backward`). */
  scan(rid: number, limit: number, backward: boolean): Row[] {
    const sql = backward
      ? `SELECT rid, doc AS bytes FROM ${this.#table} WHERE rid < ? ORDER BY rid DESC LIMIT ?`
      : `SELECT rid, doc AS bytes FROM ${this.#table} WHERE rid > ? ORDER BY rid LIMIT ?`;
    return this.#store.statement(sql).all(rid, limit) as Row[];
  }
}

/** The entries of one index, ordered by key and then by record number. */
export class IndexTree {
  readonly #store: Store;
  readonly #table: string;

  constructor(store: Store, indexId: number) {
    this.#store = store;
    this.#table = `i${indexId}`;
  }

  create(): void {
    this.#store.exec(
      `CREATE TABLE ${this.#table} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`,
    );
  }

  drop(): void {
    this.#store.forget(this.#table);
    this.#store.exec(`DROP TABLE ${this.#table}`);
  }

  insert(key: Uint8Array, rid: number): void {
    this.#store.statement(`INSERT INTO ${this.#table} (key, rid) VALUES (?, ?)`).run(key, rid);
  }

  remove(key: Uint8Array, rid: number): void {
    this.#store.statement(`DELETE FROM ${this.#table} WHERE key = ? AND rid = ?`).run(key, rid);
  }

  has(key: Uint8Array, rid: number): boolean {
    const sql = `SELECT 1 AS found FROM ${this.#table} WHERE key = ? AND rid = ?`;
    return this.#store.statement(sql).get(key, rid) !== undefined;
  }

  size(): number {
    return Number(this.#store.statement(`SELECT COUNT(*) AS n FROM ${this.#table} `).get()?.["n"]);
  }

  /** A record other than `except` that has this very key. */
  holder(key: Uint8Array, except: number): number | undefined {
    const row = this.#store
      .statement(`SELECT rid FROM ${this.#table} WHERE key = ? AND rid <> ? LIMIT 1`)
      .get(key, except);
    const rid = row?.["rid"];
    return typeof rid === "number" ? rid : undefined;
  }

  /** Up to `limit` entries with `from <= key < upto`, continuing after the entry `last`. */
  scan(
    range: { from: Uint8Array; upto: Uint8Array },
    last: Entry | undefined,
    limit: number,
    backward: boolean,
  ): Entry[] {
    const order = backward ? "ORDER BY key DESC, rid DESC" : "ORDER BY key, rid";
    const select = `SELECT key, rid FROM ${this.#table} WHERE key >= ? AND key < ?`;
    if (!last)
      return this.#store
        .statement(`${select} ${order} LIMIT ?`)
        .all(range.from, range.upto, limit) as Entry[];
    const beyond = backward ? "(key, rid) < (?, ?)" : "(key, rid) > (?, ?)";
    const statement = this.#store.statement(`${select} AND ${beyond} ${order} LIMIT ?`);
    return statement.all(range.from, range.upto, last.key, last.rid, limit) as Entry[];
  }
}
