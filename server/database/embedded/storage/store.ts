import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Kilobytes, as SQLite wants them. */
const CACHE = "-8192";
/** The log is written back to the file when it has grown to this. */
const LOG_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 4096;

/** The SQLite file: prepared statements, one transaction per turn, savepoints per statement. */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;
  /** Why SQLite itself undid the running transaction, if it did: nothing of the turn can be kept then. */
  #undoneBy: unknown;

  /**
   * Opens (or makes) the file with an exclusive lock that lasts as long as the process. `busyTimeoutMs` is how
   * long a leaving predecessor is waited for.
   */
  constructor(path: string, busyTimeoutMs: number) {
    this.#db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    try {
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE");
      this.#db.exec("PRAGMA journal_mode = WAL");
      this.#db.exec("PRAGMA synchronous = FULL");
      this.#db.exec(`PRAGMA cache_size = ${CACHE}`);
      this.#db.exec("PRAGMA mmap_size = 0");
      this.#db.exec(`PRAGMA wal_autocheckpoint = ${LOG_BYTES / PAGE_BYTES}`);
      this.#db.exec(`PRAGMA journal_size_limit = ${4 * LOG_BYTES}`);
      this.#db.exec("BEGIN EXCLUSIVE");
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /**
   * Gives the log its full size at once, by a transaction that is too large for the cache and is taken back.
   * Making a commit durable takes several times longer while the log's file grows. On a full disk it stays short.
   */
  extendLog(): void {
    try {
      this.#db.exec("PRAGMA cache_size = 8");
      this.#db.exec("BEGIN IMMEDIATE; CREATE TABLE filler (bytes BLOB)");
      this.#db.exec(`INSERT INTO filler VALUES (zeroblob(${LOG_BYTES + LOG_BYTES / 4}))`);
    } catch {
      // The transaction is undone either way; that there is no room is told when something is to be written.
    } finally {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      this.#db.exec(`PRAGMA cache_size = ${CACHE}`);
    }
  }

  /** A prepared statement, kept by its text. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Forgets the statements on a table that is about to be dropped. */
  forget(table: string): void {
    for (const sql of this.#statements.keys()) if (sql.includes(` ${table} `)) this.#statements.delete(sql);
  }

  begin(): void {
    if (this.#undoneBy !== undefined) throw this.#undoneBy;
    if (this.#inTransaction) return;
    this.statement("BEGIN IMMEDIATE").run();
    this.#inTransaction = true;
  }

  /** Makes everything since `begin` durable: returns after the log has reached the disk. */
  commit(): void {
    if (!this.#inTransaction) return;
    if (this.#undoneBy !== undefined) throw this.#undoneBy;
    this.statement("COMMIT").run();
    this.#inTransaction = false;
  }

  rollback(): void {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.#undoneBy = undefined;
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }

  /** Runs `work` so that it leaves nothing behind when it throws. */
  atomically<T>(work: () => T): T {
    this.statement("SAVEPOINT statement").run();
    try {
      const result = work();
      this.statement("RELEASE statement").run();
      return result;
    } catch (error) {
      // A full or failing disk may have made SQLite undo the whole transaction, not only this statement.
      if (!this.#db.isTransaction) {
        this.#undoneBy = error;
        throw error;
      }
      this.statement("ROLLBACK TO statement").run();
      this.statement("RELEASE statement").run();
      throw error;
    }
  }

  /** Writes a consistent copy of everything committed to a new file. Call outside a transaction. */
  copyTo(path: string): void {
    this.statement("VACUUM INTO ?").run(path);
  }

  /** What SQLite says about the file; empty when it is sound. */
  faults(): string[] {
    try {
      const rows = this.#db.prepare("PRAGMA integrity_check(20)").all();
      return rows.map((row) => String(row["integrity_check"])).filter((line) => line !== "ok");
    } catch (error) {
      return [error instanceof Error ? error.message : "unknown"];
    }
  }

  close(): void {
    this.rollback();
    this.#statements.clear();
    this.#db.close();
  }
}
