import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";
import { ServerError } from "#server/database/embedded/errors.ts";
import {
  isInt32,
  newDoc,
  RawDocument,
  type Doc,
  type Value,
} from "#server/database/embedded/values/value.ts";

/** Deeper documents are refused (MongoDB's limit is the same order of magnitude). */
const MAX_DEPTH = 200;

const LAST_DATE_MS = 8.64e15;

type Reader = { buffer: Buffer; at: number; end: number };

/**
 * Decodes one BSON document. Every length is checked against the buffer, so hostile bytes give an error
 * (code 22) and never a read outside. DBPointer, which MongoDB deprecated long ago, is refused.
 */
export function decodeDoc(bytes: Uint8Array): Doc {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readDocument({ buffer, at: 0, end: buffer.length }, 0);
}

/**
 * Decodes a stored document as far as somebody looks into it: documents and arrays in fields other than `fields` stay as their bytes (`RawDocument`).
 * `fields` left out: all of it.
 */
export function decodeFields(bytes: Uint8Array, fields: ReadonlySet<string> | undefined): Doc {
  if (fields === undefined) return decodeDoc(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const doc = newDoc();
  const end = documentLength(buffer, 0, buffer.length) - 1;
  const reader: Reader = { buffer, at: 4, end };
  while (reader.at < end) {
    const type = buffer[reader.at] ?? 0;
    reader.at += 1;
    const name = readCString(reader);
    const isLeft = (type === 0x03 || type === 0x04) && !fields.has(name);
    doc[name] = isLeft ? leftEncoded(reader, type) : readValue(reader, type, 0);
  }
  if (reader.at !== end) throw invalid("an element runs past its end");
  return doc;
}

function leftEncoded(reader: Reader, type: number): RawDocument {
  const { buffer, at, end } = reader;
  reader.at = at + documentLength(buffer, at, end);
  return new RawDocument(buffer.subarray(at, reader.at), type === 0x04);
}

/** The length a document states at `at`, checked against the room there is. */
export function documentLength(buffer: Buffer, at: number, end: number): number {
  if (at + 5 > end) throw invalid("it is cut short");
  const length = buffer.readInt32LE(at);
  if (length < 5 || at + length > end) throw invalid("its length is wrong");
  if (buffer[at + length - 1] !== 0) throw invalid("its end is missing");
  return length;
}

function invalid(why: string): ServerError {
  return new ServerError(22, `The document is not valid BSON: ${why}.`);
}

function readDocument(reader: Reader, depth: number): Doc {
  const doc = newDoc();
  readElements(reader, depth, (name, value) => {
    doc[name] = value;
  });
  return doc;
}

function readArray(reader: Reader, depth: number): Value[] {
  const list: Value[] = [];
  readElements(reader, depth, (_name, value) => list.push(value));
  return list;
}

function readElements(reader: Reader, depth: number, take: (name: string, value: Value) => void): void {
  if (depth > MAX_DEPTH)
    throw new ServerError(15, `Documents may be nested at most ${MAX_DEPTH} levels deep.`);
  const { buffer } = reader;
  const end = reader.at + documentLength(buffer, reader.at, reader.end) - 1;
  const inner: Reader = { buffer, at: reader.at + 4, end };
  while (inner.at < end) {
    const type = buffer[inner.at] ?? 0;
    inner.at += 1;
    take(readCString(inner), readValue(inner, type, depth));
  }
  if (inner.at !== end) throw invalid("an element runs past its end");
  reader.at = end + 1;
}

function need(reader: Reader, count: number): number {
  const at = reader.at;
  if (count < 0 || at + count > reader.end) throw invalid("a value is cut short");
  reader.at = at + count;
  return at;
}

function readCString(reader: Reader): string {
  const { buffer, at } = reader;
  let stop = at;
  let ascii = true;
  while (stop < reader.end) {
    const byte = buffer[stop] ?? 0;
    if (byte === 0) break;
    if (byte > 127) ascii = false;
    stop += 1;
  }
  if (stop >= reader.end) throw invalid("a name has no end");
  reader.at = stop + 1;
  return ascii ? buffer.toString("latin1", at, stop) : buffer.toString("utf8", at, stop);
}

function readString(reader: Reader): string {
  const length = reader.buffer.readInt32LE(need(reader, 4));
  if (length < 1) throw invalid("a string's length is wrong");
  const at = need(reader, length);
  if (reader.buffer[at + length - 1] !== 0) throw invalid("a string has no end");
  return reader.buffer.toString("utf8", at, at + length - 1);
}

function readValue(reader: Reader, type: number, depth: number): Value {
  const { buffer } = reader;
  switch (type) {
    case 0x01:
      return toDouble(buffer.readDoubleLE(need(reader, 8)));
    case 0x02:
      return readString(reader);
    case 0x03:
      return readDocument(reader, depth + 1);
    case 0x04:
      return readArray(reader, depth + 1);
    case 0x05:
      return readBinary(reader);
    case 0x06:
    case 0x0a:
      return null;
    case 0x07: {
      const at = need(reader, 12);
      return new ObjectId(Uint8Array.prototype.slice.call(buffer, at, at + 12));
    }
    case 0x08:
      return readBoolean(reader);
    case 0x09:
      return toDate(buffer.readBigInt64LE(need(reader, 8)));
    case 0x10:
      return buffer.readInt32LE(need(reader, 4));
    case 0x12: {
      const at = need(reader, 8);
      return new Long(buffer.readInt32LE(at), buffer.readInt32LE(at + 4));
    }
    default:
      return readRareValue(reader, type, depth);
  }
}

function readRareValue(reader: Reader, type: number, depth: number): Value {
  const { buffer } = reader;
  switch (type) {
    case 0x0b:
      return new BSONRegExp(readCString(reader), readCString(reader));
    case 0x0d:
      return new Code(readString(reader));
    case 0x0e:
      return new BSONSymbol(readString(reader));
    case 0x0f: {
      need(reader, 4);
      return new Code(readString(reader), readDocument(reader, depth + 1));
    }
    case 0x11: {
      const at = need(reader, 8);
      return new Timestamp({ i: buffer.readUInt32LE(at), t: buffer.readUInt32LE(at + 4) });
    }
    case 0x13: {
      const at = need(reader, 16);
      return new Decimal128(Uint8Array.prototype.slice.call(buffer, at, at + 16));
    }
    case 0x7f:
      return new MaxKey();
    case 0xff:
      return new MinKey();
    default:
      throw invalid(`type ${type} is unknown`);
  }
}

/** JavaScript dates end at ±8.64e15 ms; BSON dates beyond that are taken for the end. */
function toDate(millis: bigint): Date {
  return new Date(Math.max(-LAST_DATE_MS, Math.min(LAST_DATE_MS, Number(millis))));
}

function toDouble(value: number): Value {
  return isInt32(value) ? new Double(value) : value;
}

function readBoolean(reader: Reader): boolean {
  const byte = reader.buffer[need(reader, 1)];
  if (byte !== 0 && byte !== 1) throw invalid("a boolean is neither true nor false");
  return byte === 1;
}

function readBinary(reader: Reader): Binary {
  const length = reader.buffer.readInt32LE(need(reader, 4));
  const subtype = reader.buffer[need(reader, 1)] ?? 0;
  const at = need(reader, length);
  return new Binary(Uint8Array.prototype.slice.call(reader.buffer, at, at + length), subtype);
}
