import { Binary, BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import * as fc from "fast-check";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const fieldName = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "x\u{1F600}");

const number: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.integer({ min: -3, max: 3 }),
  fc.double(),
  fc.integer({ min: -3, max: 3 }).map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.integer({ min: -3, max: 3 }).map((value) => Long.fromNumber(value)),
  fc
    .constantFrom("0.1", "1E+10", "-1.5", "9007199254740993", "NaN", "-Infinity", "1E-6000", "3")
    .map((text) => Decimal128.fromString(text)),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  number,
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "a", "a\0", "a\0b", "ab", "\uffff", "\u{10000}"),
  fc.constant(null),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => new Binary(bytes, 0)),
  fc.record({ t: fc.nat(), i: fc.nat() }).map((parts) => new Timestamp(parts)),
  fc.constantFrom(new BSONRegExp("^a", "i"), new BSONRegExp("b", "")),
  fc.constantFrom(new MinKey(), new MaxKey()),
);

/** Turns entries into a document of the kind the server works with. */
function fromEntries(entries: readonly (readonly [string, Value])[]): Doc {
  const doc = newDoc();
  for (const [name, value] of entries) doc[name] = value;
  return doc;
}

const tree = fc.letrec<{ value: Value; doc: Doc; list: Value[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: tie("doc") },
    { weight: 1, arbitrary: tie("list") },
  ),
  doc: fc.array(fc.tuple(fieldName, tie("value")), { maxLength: 4 }).map(fromEntries),
  list: fc.array(tie("value"), { maxLength: 4 }),
}));

/** Any BSON value. */
export const anyValue: fc.Arbitrary<Value> = tree.value;
/** Any document. */
export const anyDoc: fc.Arbitrary<Doc> = tree.doc;

/** Turns a literal into the server's kind of document, deeply. */
export function toDoc(fields: object): Doc {
  const result = newDoc();
  for (const [name, value] of Object.entries(fields)) result[name] = toValue(value as Value);
  return result;
}

/** The same for any value. */
export function toValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(toValue);
  return isDoc(value) ? toDoc(value) : value;
}
