import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { ServerError } from "#server/database/embedded/errors.ts";
import { Store } from "#server/database/embedded/storage/store.ts";

/** The file's name in the data folder. */
export const DATABASE_FILE = "ringside.db";
/** Beside it while a server runs: its process and port, `{pid, port}`. */
export const ADDRESS_FILE = "ringside.address";
/** "RSDB": how a file is known to be ours. */
const APPLICATION_ID = 0x52534442;
const SCHEMA_VERSION = 1;
const HEADER_BYTES = 100;
/** Where SQLite keeps the application id in the header. */
const OWNER_AT = 68;
const MAGIC = "SQLite format 3\0";
/** A predecessor that is just leaving gets this long to let go of the file. */
const BUSY_TIMEOUT_MS = 1_500;

/** Why the data folder cannot be used; the message is one sentence for a person. */
export class DataFolderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DataFolderError";
  }
}

/** Opens the database file, or makes a new one. Refuses what it cannot read before touching anything. */
export function openStore(path: string): Store {
  prepareFolder(dirname(path));
  inspectFile(path);
  keepPrivate(path);
  try {
    const store = new Store(path, BUSY_TIMEOUT_MS);
    try {
      prepareSchema(store, path);
      store.extendLog();
      return store;
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    throw explainStorageError(error, path);
  }
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new DataFolderError(
      `Ringside cannot write to its data folder (${folder}); check its permissions or set DATA_DIR to another folder.`,
    );
  }
}

/** Nobody but the owner reads the file. SQLite gives its log the same mode. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } catch {
    throw new DataFolderError(`Ringside cannot open its database file (${path}); check its permissions.`);
  }
}

/** Looks at the header without SQLite, which might otherwise begin to repair a damaged file. */
function inspectFile(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const header = Buffer.alloc(HEADER_BYTES);
  let size = 0;
  try {
    const file = openSync(path, "r");
    try {
      size = fstatSync(file).size;
      readSync(file, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
    accessSync(path, constants.W_OK);
  } catch {
    throw new DataFolderError(`Ringside cannot open its database file (${path}); check its permissions.`);
  }
  if (header.toString("latin1", 0, 16) !== MAGIC) throw damaged(path);
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const owner = header.readUInt32BE(OWNER_AT);
  // A file of ours that was killed young may have its first words in the log only.
  const isForeign = owner === 0 ? size > pageBytes && !hasLog(path) : owner !== APPLICATION_ID;
  if (isForeign) throw damaged(path);
  const isCutShort = size < pageBytes * header.readUInt32BE(28);
  if (isCutShort && !hasLog(path)) throw damaged(path);
}

function hasLog(path: string): boolean {
  const log = `${path}-wal`;
  return existsSync(log) && statSync(log).size > 0;
}

function damaged(path: string): DataFolderError {
  return new DataFolderError(
    `The database file (${path}) is damaged or is not a Ringside database; nothing was changed: move it away or restore a copy, then start again.`,
  );
}

function pragma(store: Store, name: string): number {
  const row = store.statement(`PRAGMA ${name}`).get();
  return Number(row?.[name] ?? 0);
}

function prepareSchema(store: Store, path: string): void {
  const owner = pragma(store, "application_id");
  const version = pragma(store, "user_version");
  if (owner === 0 && version === 0 && isEmpty(store)) return createSchema(store);
  if (owner !== APPLICATION_ID) throw damaged(path);
  if (version !== SCHEMA_VERSION) {
    throw new DataFolderError(
      `The database file (${path}) was written by a newer Ringside; start that version instead.`,
    );
  }
}

function isEmpty(store: Store): boolean {
  return store.statement("SELECT name FROM sqlite_schema LIMIT 1").get() === undefined;
}

function createSchema(store: Store): void {
  store.exec("BEGIN IMMEDIATE");
  store.exec(`
    CREATE TABLE collections (id INTEGER PRIMARY KEY AUTOINCREMENT, ns TEXT NOT NULL UNIQUE, uuid BLOB NOT NULL,
      options BLOB NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL);
    CREATE TABLE indexes (id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, spec BLOB NOT NULL,
      multikey INTEGER NOT NULL);
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
  `);
  store.exec("COMMIT");
}

/** Puts SQLite's result codes into words. */
export function explainStorageError(error: unknown, path: string): unknown {
  if (error instanceof DataFolderError) return error;
  if (error instanceof ServerError) return damaged(path);
  if (!(error instanceof Error)) return error;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
  switch (code) {
    case 5:
    case 6:
      return new DataFolderError(
        `Another Ringside already uses this data folder (${dirname(path)}); stop it first, or set DATA_DIR to another folder.`,
      );
    case 11:
    case 26:
      return damaged(path);
    case 13:
      return new DataFolderError(
        `The disk that holds the data folder (${dirname(path)}) is full; make room, then start again.`,
      );
    default:
      return new DataFolderError(
        `Ringside cannot open its database file (${path}); check the folder's permissions and the disk.`,
      );
  }
}
