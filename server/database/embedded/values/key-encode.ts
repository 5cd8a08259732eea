import { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from "bson";
import { codeText, RANK, typeRank } from "#server/database/embedded/values/compare.ts";
import { invert, numberKey } from "#server/database/embedded/values/key-numbers.ts";
import { isNumeric } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What an empty array leaves in an index: below null, like MongoDB's `undefined`. */
export const EMPTY_ARRAY = Symbol("empty array");
/** One part of an index key; `undefined` stands for a missing field and is kept as null. */
export type KeyPart = Value | undefined | typeof EMPTY_ARRAY;

/** First byte of an empty array's part. */
export const EMPTY_ARRAY_RANK = 8;
const STRING_END = Buffer.from([0, 1]);
const END = Buffer.from([0]);

/**
 * Bytes whose order (memcmp) is the order of `compareValues`, and which are equal exactly when the values
 * are. Every part ends by itself, so parts can be joined and turned around (descending) one by one.
 */
export function encodeKey(parts: readonly KeyPart[], directions: readonly (1 | -1)[]): Buffer {
  const chunks: Buffer[] = [];
  for (const [index, part] of parts.entries()) {
    const bytes = encodePart(part);
    if (directions[index] === -1) invert(bytes);
    chunks.push(bytes);
  }
  return chunks.length === 1 ? (chunks[0] ?? END) : Buffer.concat(chunks);
}

/** One ascending part. */
export function encodePart(part: KeyPart): Buffer {
  if (part === EMPTY_ARRAY) return Buffer.from([EMPTY_ARRAY_RANK]);
  const chunks: Buffer[] = [];
  appendValue(chunks, part);
  return Buffer.concat(chunks);
}

/** A string that is equal for two values exactly when `compareValues` says 0. For grouping and sets. */
export function identityOf(value: KeyPart): string {
  return encodePart(value).toString("latin1");
}

function appendValue(chunks: Buffer[], value: Value | undefined): void {
  chunks.push(Buffer.from([typeRank(value)]));
  if (value === null || value === undefined) return;
  if (typeof value === "string") return appendString(chunks, value);
  if (isNumeric(value)) {
    chunks.push(numberKey(value));
  } else if (value instanceof ObjectId) {
    chunks.push(Buffer.from(value.id));
  } else if (value instanceof Date) {
    chunks.push(dateKey(value));
  } else if (typeof value === "boolean") {
    chunks.push(Buffer.from([value ? 1 : 0]));
  } else if (Array.isArray(value)) {
    for (const item of value) appendValue(chunks, item);
    chunks.push(END);
  } else if (isDoc(value)) {
    appendDoc(chunks, value);
  } else {
    appendRare(chunks, value);
  }
}

function appendDoc(chunks: Buffer[], doc: Doc): void {
  for (const name of Object.keys(doc)) {
    const value = doc[name];
    chunks.push(Buffer.from([typeRank(value)]));
    appendString(chunks, name);
    appendValue(chunks, value);
  }
  chunks.push(END);
}

function appendString(chunks: Buffer[], text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let from = 0;
  for (let zero = bytes.indexOf(0); zero !== -1; zero = bytes.indexOf(0, from)) {
    chunks.push(bytes.subarray(from, zero + 1), Buffer.from([0xff]));
    from = zero + 1;
  }
  chunks.push(from === 0 ? bytes : bytes.subarray(from), STRING_END);
}

function dateKey(date: Date): Buffer {
  const bytes = Buffer.alloc(8);
  const millis = date.getTime();
  bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(Number.isNaN(millis) ? 0 : millis) + (1n << 63n)));
  return bytes;
}

function appendRare(chunks: Buffer[], value: Value): void {
  if (value instanceof BSONSymbol) return appendString(chunks, value.value);
  if (value instanceof Binary) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(value.position);
    head[4] = value.sub_type;
    chunks.push(head, Buffer.from(value.buffer.subarray(0, value.position)));
  } else if (value instanceof Timestamp) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(value.t, 0);
    bytes.writeUInt32BE(value.i, 4);
    chunks.push(bytes);
  } else if (value instanceof BSONRegExp) {
    appendString(chunks, value.pattern);
    appendString(chunks, value.options);
  } else if (value instanceof Code) {
    appendString(chunks, codeText(value));
    if (typeRank(value) === RANK.codeWithScope) appendDoc(chunks, value.scope as Doc);
  }
}
