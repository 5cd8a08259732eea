import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";

/**
 * One BSON value inside this process. A `number` that is integral and fits 32 bits stands for int32, any
 * other `number` for double; a double that looks like an int32 is kept as `Double`, so types survive an update.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | Date
  | Binary
  | BSONRegExp
  | BSONSymbol
  | Code
  | Decimal128
  | Double
  | Int32
  | Long
  | MaxKey
  | MinKey
  | ObjectId
  | Timestamp
  | RawDocument
  | Value[]
  | Doc;

/** A document. Fields are read and written by plain indexing, which is safe because documents have no prototype. */
export type Doc = { [field: string]: Value };

/** A document, or an array, that is still encoded or already so; the encoder copies its bytes. Nothing may look into it. */
export class RawDocument {
  readonly bytes: Uint8Array;
  readonly isArray: boolean;
  constructor(bytes: Uint8Array, isArray = false) {
    this.bytes = bytes;
    this.isArray = isArray;
  }
}

/**
 * Documents inherit from an empty object that has no prototype itself: `doc.__proto__` and `doc.constructor`
 * are ordinary fields, and V8 keeps fast properties (unlike for `Object.create(null)`).
 */
const documentPrototype: object = Object.freeze(Object.create(null));

/** An empty document. */
export function newDoc(): Doc {
  return Object.create(documentPrototype) as Doc;
}

/** A document with the fields of `fields`; entries that are `undefined` are left out. */
export function docOf(fields: { [field: string]: Value | undefined }): Doc {
  const doc = newDoc();
  for (const field of Object.keys(fields)) {
    const value = fields[field];
    if (value !== undefined) doc[field] = value;
  }
  return doc;
}

/** True for documents (not arrays, dates or BSON classes). */
export function isDoc(value: Value | undefined): value is Doc {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === documentPrototype || prototype === Object.prototype || prototype === null;
}

/** A field's value; `undefined` when the document has no such field of its own. */
export function field(doc: Doc, name: string): Value | undefined {
  return Object.hasOwn(doc, name) ? doc[name] : undefined;
}

/** A deep copy of documents and arrays; leaves are shared because they are never changed in place. */
export function cloneValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(cloneValue);
  return isDoc(value) ? cloneDoc(value) : value;
}

export function cloneDoc(doc: Doc): Doc {
  const copy = newDoc();
  for (const key of Object.keys(doc)) copy[key] = cloneValue(doc[key] ?? null);
  return copy;
}

/** MongoDB's names for the types, as `$type` uses them. */
export function typeName(value: Value | undefined): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "number":
      return isInt32(value) ? "int" : "double";
    default:
      return Array.isArray(value) ? "array" : objectTypeName(value);
  }
}

function objectTypeName(value: Exclude<Value, null | boolean | string | number | Value[]>): string {
  if (value instanceof ObjectId) return "objectId";
  if (value instanceof Date) return "date";
  if (value instanceof Long && !(value instanceof Timestamp)) return "long";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Double) return "double";
  if (value instanceof Int32) return "int";
  if (value instanceof Decimal128) return "decimal";
  if (value instanceof Binary) return "binData";
  if (value instanceof BSONRegExp) return "regex";
  if (value instanceof Code) return value.scope ? "javascriptWithScope" : "javascript";
  if (value instanceof BSONSymbol) return "symbol";
  if (value instanceof MinKey) return "minKey";
  if (value instanceof MaxKey) return "maxKey";
  return "object";
}

/** Whether a JS number is written as int32. -0 stays a double. */
export function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}
