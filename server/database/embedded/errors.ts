import { docOf, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** MongoDB's error codes that this server answers, with their names. */
const CODE_NAMES = {
  2: "BadValue",
  9: "FailedToParse",
  14: "TypeMismatch",
  15: "Overflow",
  17: "ProtocolError",
  26: "NamespaceNotFound",
  27: "IndexNotFound",
  28: "PathNotViable",
  40: "ConflictingUpdateOperators",
  43: "CursorNotFound",
  48: "NamespaceExists",
  50: "MaxTimeMSExpired",
  52: "DollarPrefixedFieldName",
  54: "NotSingleValueField",
  59: "CommandNotFound",
  66: "ImmutableField",
  67: "CannotCreateIndex",
  72: "InvalidOptions",
  73: "InvalidNamespace",
  85: "IndexOptionsConflict",
  86: "IndexKeySpecsConflict",
  91: "ShutdownInProgress",
  96: "OperationFailed",
  100: "UnsatisfiableWriteConcern",
  115: "CommandNotSupported",
  171: "CannotIndexParallelArrays",
  197: "InvalidIndexSpecificationOption",
  238: "NotImplemented",
  241: "ConversionFailure",
  260: "InvalidResumeToken",
  263: "OperationNotSupportedInTransaction",
  286: "ChangeStreamHistoryLost",
  292: "QueryExceededMemoryLimitNoDiskUseAllowed",
  8000: "AtlasError",
  10334: "BSONObjectTooLarge",
  11000: "DuplicateKey",
  14031: "OutOfDiskSpace",
} as const;

/** An error with MongoDB's shape, ready to be answered to a client. */
export class ServerError extends Error {
  readonly code: number;
  readonly details: Doc;
  readonly labels: readonly string[];

  constructor(code: number, message: string, details: Doc = docOf({}), labels: readonly string[] = []) {
    super(message);
    this.name = "ServerError";
    this.code = code;
    this.details = details;
    this.labels = labels;
  }

  get codeName(): string {
    const names: Readonly<Record<number, string>> = CODE_NAMES;
    return names[this.code] ?? `Location${this.code}`;
  }
}

/** Turns whatever was thrown into an error with MongoDB's shape; unknown faults become code 8. */
export function toServerError(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) return thrown;
  if (thrown instanceof RangeError && thrown.message.includes("call stack")) {
    return new ServerError(15, "The document or expression is nested too deeply.");
  }
  const stored = storageError(thrown);
  if (stored) return stored;
  const message = thrown instanceof Error ? thrown.message : "Unknown fault";
  return new ServerError(8, message);
}

/** SQLite's primary result code of a fault; 0 when it was not SQLite's. */
export function sqliteCode(thrown: unknown): number {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return 0;
  return typeof thrown.errcode === "number" ? thrown.errcode & 0xff : 0;
}

/** The file or its disk failed while the server runs. */
function storageError(thrown: unknown): ServerError | undefined {
  switch (sqliteCode(thrown)) {
    case 0:
      return undefined;
    case 11:
    case 26:
      return damagedFile();
    case 13:
      return new ServerError(
        14031,
        "The disk that holds the built-in database is full; the write was refused, and reading goes on.",
      );
    default:
      return new ServerError(96, "The built-in database could not read or write its file; check the disk.");
  }
}

export function damagedFile(): ServerError {
  return new ServerError(
    96,
    "The built-in database's file is damaged; nothing is written to it any more: stop the server and restore a copy.",
  );
}

/** The reply `{ok: 0, …}` for an error. */
export function errorReply(error: ServerError): Doc {
  return docOf({
    ok: 0,
    errmsg: error.message,
    code: error.code,
    codeName: error.code === 8 ? "UnknownError" : error.codeName,
    ...error.details,
    ...labelsOf(error),
  });
}

/** One entry of a write command's `writeErrors`. */
export function writeErrorEntry(index: number, error: ServerError): Doc {
  return docOf({ index, code: error.code, errmsg: error.message, ...error.details });
}

/** Says that a feature is left out on purpose; never approximated. */
export function notSupported(feature: string): ServerError {
  return new ServerError(
    238,
    `${feature} is not supported by Ringside's built-in database; set MONGODB_URI to a MongoDB server to use it.`,
  );
}

export function badValue(message: string): ServerError {
  return new ServerError(2, message);
}

export function failedToParse(message: string): ServerError {
  return new ServerError(9, message);
}

export function typeMismatch(message: string): ServerError {
  return new ServerError(14, message);
}

function labelsOf(error: ServerError): { [field: string]: Value } {
  return error.labels.length > 0 ? { errorLabels: [...error.labels] } : {};
}
