import { Binary, BSONRegExp, BSONSymbol, Code, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { compareNumbers, isNumeric } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** Compares strings; `undefined` means the order of their UTF-8 bytes. */
export type Collator = ((left: string, right: string) => number) | undefined;

/** MongoDB's order of types; numbers of all kinds share one rank, so do strings and symbols. */
export const RANK = {
  minKey: 5,
  null: 10,
  number: 20,
  string: 30,
  object: 40,
  array: 50,
  binary: 60,
  objectId: 70,
  boolean: 80,
  date: 90,
  timestamp: 100,
  regex: 110,
  code: 130,
  codeWithScope: 140,
  maxKey: 240,
} as const;

/** The place of a value's type in MongoDB's order. A missing value ranks as null. */
export function typeRank(value: Value | undefined): number {
  if (value === null || value === undefined) return RANK.null;
  switch (typeof value) {
    case "number":
      return RANK.number;
    case "string":
      return RANK.string;
    case "boolean":
      return RANK.boolean;
    default:
      return Array.isArray(value) ? RANK.array : objectRank(value);
  }
}

function objectRank(value: Exclude<Value, null | number | string | boolean | Value[]>): number {
  if (value instanceof ObjectId) return RANK.objectId;
  if (value instanceof Date) return RANK.date;
  if (isNumeric(value)) return RANK.number;
  if (value instanceof Timestamp) return RANK.timestamp;
  if (value instanceof Binary) return RANK.binary;
  if (value instanceof BSONRegExp) return RANK.regex;
  if (value instanceof BSONSymbol) return RANK.string;
  if (value instanceof Code) return value.scope ? RANK.codeWithScope : RANK.code;
  if (value instanceof MinKey) return RANK.minKey;
  return value instanceof MaxKey ? RANK.maxKey : RANK.object;
}

/** MongoDB's total order: first by type, then by value. Returns a negative number, 0 or a positive number. */
export function compareValues(
  left: Value | undefined,
  right: Value | undefined,
  collator?: Collator,
): number {
  const rank = typeRank(left);
  const difference = rank - typeRank(right);
  if (difference !== 0) return difference;
  return compareSameType(left ?? null, right ?? null, collator);
}

export function equalValues(left: Value | undefined, right: Value | undefined, collator?: Collator): boolean {
  return compareValues(left, right, collator) === 0;
}

function compareSameType(left: Value, right: Value, collator: Collator): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  if (typeof left === "boolean") return Number(left) - Number(right);
  const text = textOf(left);
  if (text !== undefined) return compareStrings(text, textOf(right) ?? "", collator);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (left instanceof ObjectId && right instanceof ObjectId) return Buffer.compare(left.id, right.id);
  if (Array.isArray(left) && Array.isArray(right)) return compareArrays(left, right, collator);
  if (isDoc(left) && isDoc(right)) return compareDocs(left, right, collator);
  return compareRare(left, right);
}

function textOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof BSONSymbol ? value.value : undefined;
}

function compareRare(left: Value, right: Value): number {
  if (left instanceof Timestamp && right instanceof Timestamp) return left.t - right.t || left.i - right.i;
  if (left instanceof Binary && right instanceof Binary) return compareBinaries(left, right);
  if (left instanceof BSONRegExp && right instanceof BSONRegExp) {
    return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options);
  }
  if (left instanceof Code && right instanceof Code) {
    const byText = compareStrings(codeText(left), codeText(right));
    return byText || compareDocs((left.scope ?? {}) as Doc, (right.scope ?? {}) as Doc, undefined);
  }
  return 0;
}

/** The source text of a JavaScript value. */
export function codeText(value: Code): string {
  return typeof value.code === "string" ? value.code : "";
}

function compareBinaries(left: Binary, right: Binary): number {
  const byLength = left.position - right.position;
  if (byLength !== 0) return byLength;
  const bySubtype = left.sub_type - right.sub_type;
  return (
    bySubtype ||
    Buffer.compare(left.buffer.subarray(0, left.position), right.buffer.subarray(0, right.position))
  );
}

function compareArrays(left: Value[], right: Value[], collator: Collator): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareValues(left[index], right[index], collator);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareDocs(left: Doc, right: Doc, collator: Collator): number {
  const leftNames = Object.keys(left);
  const rightNames = Object.keys(right);
  const shared = Math.min(leftNames.length, rightNames.length);
  for (let index = 0; index < shared; index += 1) {
    const a = leftNames[index] ?? "";
    const b = rightNames[index] ?? "";
    const order =
      typeRank(left[a]) - typeRank(right[b]) ||
      compareStrings(a, b) ||
      compareValues(left[a], right[b], collator);
    if (order !== 0) return order;
  }
  return leftNames.length - rightNames.length;
}

const SURROGATES_FROM = 0xd800;
const SURROGATES_UPTO = 0xdfff;

/** The order of the UTF-8 bytes: code points, so a surrogate pair comes after U+E000–U+FFFF. */
function compareStrings(left: string, right: string, collator?: Collator): number {
  if (left === right) return 0;
  if (collator) return collator(left, right);
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return byCodePoint(a) - byCodePoint(b);
  }
  return left.length - right.length;
}

function byCodePoint(unit: number): number {
  return unit >= SURROGATES_FROM && unit <= SURROGATES_UPTO ? unit + 0x10000 : unit;
}
