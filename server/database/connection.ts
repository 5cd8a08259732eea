import { StartProblem } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { type Connection, Mongoose } from "mongoose";

/** mongoose's own driver; one copy of `mongodb` is installed (package.json), so its types are everybody's. */
export type Db = NonNullable<Connection["db"]>;

export type Database = {
  connection: Connection;
  db: Db;
  /** `mongodb://host:port/name`, without credentials; shown to operators only. */
  address: string;
  /** Rejects when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

const CONNECT_TIMEOUT_MS = 5000;
/** An operation on a silent server fails instead of hanging a request; longer than any query of ours. */
const SOCKET_TIMEOUT_MS = 30_000;
const MAX_POOL_SIZE = 40;

/**
 * Connects, and proves it with a ping. Operators in filters that came from outside are refused (`sanitizeFilter`), filters on fields
 * that no schema knows throw (`strictQuery`); indexes come only from `indexes.ts`.
 * @throws StartProblem with one sentence; it never repeats the URI, which may hold a password.
 */
export async function connectDatabase(
  uri: string,
  logger: Logger,
  options: { connectTimeoutMs?: number } = {},
): Promise<Database> {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const mongoose = new Mongoose();
  mongoose.set("sanitizeFilter", true);
  mongoose.set("strictQuery", "throw");
  mongoose.set("autoIndex", false);
  mongoose.set("autoCreate", false);
  const connection = mongoose.createConnection();
  try {
    await connection.openUri(uri, {
      appName: "ringside",
      serverSelectionTimeoutMS: connectTimeoutMs,
      connectTimeoutMS: connectTimeoutMs,
      socketTimeoutMS: SOCKET_TIMEOUT_MS,
      maxPoolSize: MAX_POOL_SIZE,
      autoIndex: false,
      autoCreate: false,
    });
    const db = databaseOf(connection);
    await db.command({ ping: 1 });
    let closing = false;
    connection.on("disconnected", () => {
      if (!closing) logger.warn({}, "the database connection was lost");
    });
    connection.on("reconnected", () => logger.info({}, "the database connection is back"));
    return {
      connection,
      db,
      address: addressOf(connection),
      ping: async () => void (await db.command({ ping: 1 })),
      close: () => {
        closing = true;
        return connection.close();
      },
    };
  } catch (error) {
    logger.error(errorFields(error), "the database could not be reached");
    await connection.close(true).catch(() => logger.debug({}, "nothing to close"));
    throw new StartProblem(startProblem(error));
  }
}

function databaseOf(connection: Connection): Db {
  if (connection.db === undefined) throw new StartProblem("The database connection has no database name.");
  return connection.db;
}

/** With several servers in the URI the first one is named; credentials and options are left out. */
function addressOf(connection: Connection): string {
  const [seed] = connection.getClient().options.hosts;
  const host = seed === undefined ? "unknown" : (seed.socketPath ?? `${hostName(seed.host)}:${seed.port}`);
  return `mongodb://${host}/${connection.name}`;
}

const hostName = (host: string | undefined) => (host?.includes(":") ? `[${host}]` : (host ?? "unknown"));

/** What the operator can do about it; the driver's own message may quote the URI and is not passed on. */
function startProblem(error: unknown): string {
  if (error instanceof StartProblem) return error.message;
  const { errorName, errorCode } = errorFields(error);
  if (errorName === "MongoParseError" || errorName === "MongooseError" || errorName === "TypeError") {
    return "MONGODB_URI is not a MongoDB address; it looks like mongodb://host:27017/ringside.";
  }
  if (errorCode === "18" || errorCode === "13") {
    return "The database refused the user or password in MONGODB_URI.";
  }
  return "The database in MONGODB_URI cannot be reached; check that it runs and that the address is right.";
}
