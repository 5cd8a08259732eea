import { createReadStream } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { deserialize, serialize, type Document } from "bson";
import { z } from "zod";

/**
 * An export is one file: records of one letter and one BSON document. `H` says what it is, `C` begins a collection
 * (name, options, indexes), `D` is a document of it byte for byte, `E` ends the file with the totals.
 */
const FORMAT = 1;
const MAX_RECORD_BYTES = 17 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;
/** Types come back as they were: no number is turned into another kind. */
const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };

/** Why an export or import was refused or failed: one sentence for a person. */
export class TransferError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TransferError";
  }
}

const headerSchema = z.object({ ringsideExport: z.literal(FORMAT) });
const collectionSchema = z.object({
  name: z.string().min(1),
  options: z.record(z.string(), z.unknown()),
  indexes: z.array(z.looseObject({ name: z.string(), key: z.record(z.string(), z.unknown()) })),
});
const totalsSchema = z.object({ collections: z.number(), documents: z.number() });

export type ArchivedCollection = z.infer<typeof collectionSchema>;
export type ArchiveTotals = z.infer<typeof totalsSchema>;
export type ArchiveRecord =
  | { kind: "collection"; collection: ArchivedCollection }
  | { kind: "document"; document: Document; bytes: number };

/** Writes an export. The file appears under its name only when it is complete and on the disk. */
export class ArchiveWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #totals: ArchiveTotals = { collections: 0, documents: 0 };

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<ArchiveWriter> {
    const writer = new ArchiveWriter(path, await open(partOf(path), "w", 0o600));
    await writer.#add("H", serialize({ ringsideExport: FORMAT, at: new Date() }));
    return writer;
  }

  async collection(collection: ArchivedCollection): Promise<void> {
    this.#totals.collections += 1;
    await this.#add("C", serialize(collection));
  }

  /** A document of the collection that was begun last, encoded. */
  async document(bytes: Uint8Array): Promise<void> {
    this.#totals.documents += 1;
    await this.#add("D", bytes);
  }

  async #add(kind: string, bytes: Uint8Array): Promise<void> {
    this.#waiting.push(Buffer.from(kind), bytes);
    this.#bytes += bytes.length + 1;
    if (this.#bytes >= WRITE_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#file.writeFile(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#bytes = 0;
  }

  async finish(): Promise<ArchiveTotals> {
    await this.#add("E", serialize(this.#totals));
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    await rename(partOf(this.#path), this.#path);
    return this.#totals;
  }

  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(partOf(this.#path), { force: true });
  }
}

const partOf = (path: string) => `${path}.part`;

/**
 * Reads an export record by record; documents keep the exact types of their values.
 * @throws TransferError when it is none, damaged or cut short
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveRecord, ArchiveTotals> {
  let isBegun = false;
  const seen: ArchiveTotals = { collections: 0, documents: 0 };
  for await (const { kind, document } of rawRecords(path)) {
    if (!isBegun) {
      if (kind !== "H" || !headerSchema.safeParse(plain(document)).success) throw notAnExport();
      isBegun = true;
    } else if (kind === "C") {
      seen.collections += 1;
      yield { kind: "collection", collection: parsed(collectionSchema, document) };
    } else if (kind === "D" && seen.collections > 0) {
      seen.documents += 1;
      yield { kind: "document", document: decoded(document, EXACT), bytes: document.length };
    } else if (kind === "E") {
      const totals = parsed(totalsSchema, document);
      if (totals.collections !== seen.collections || totals.documents !== seen.documents) throw cutShort();
      return totals;
    } else {
      throw cutShort();
    }
  }
  throw isBegun ? cutShort() : notAnExport();
}

async function* rawRecords(path: string): AsyncGenerator<{ kind: string; document: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: WRITE_BYTES })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (;;) {
      const length = rest.length < 5 ? Infinity : rest.readInt32LE(1);
      if (length < 5 || (length !== Infinity && length > MAX_RECORD_BYTES)) throw notAnExport();
      if (rest.length < length + 1) break;
      yield { kind: rest.toString("latin1", 0, 1), document: rest.subarray(1, length + 1) };
      rest = rest.subarray(length + 1);
    }
  }
  if (rest.length > 0) throw cutShort();
}

function decoded(bytes: Uint8Array, options: object): Document {
  try {
    return deserialize(bytes, options);
  } catch {
    throw cutShort();
  }
}

const plain = (bytes: Uint8Array) => decoded(bytes, {});

function parsed<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const { data } = schema.safeParse(plain(bytes));
  if (data === undefined) throw cutShort();
  return data;
}

const notAnExport = () => new TransferError("The file is not a Ringside export; nothing was changed.");
const cutShort = () =>
  new TransferError("The export is damaged or cut short; nothing was imported: use another copy.");
