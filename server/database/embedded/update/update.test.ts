import { Double, Long, ObjectId } from "bson";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { anyDoc, toDoc, toValue } from "#server/database/embedded/test-values.ts";
import { describeUpdate } from "#server/database/embedded/update/describe.ts";
import { applyUpdate, parseUpdate, upsertDocument } from "#server/database/embedded/update/update.ts";
import { equalValues } from "#server/database/embedded/values/compare.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { cloneDoc, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const environment: Environment = { collator: undefined, variables: new Map(), now: new Date(1000) };

function updated(
  fields: object,
  update: object,
  options: { filter?: object; arrayFilters?: object[] } = {},
): Doc {
  const parsed = parseUpdate(
    toValue(update as Value),
    options.arrayFilters?.map((one) => toValue(one as Value)),
    environment,
  );
  return applyUpdate(
    parsed,
    toDoc(fields),
    parseFilter(toDoc(options.filter ?? {}), environment),
    environment,
  );
}

describe("operators", () => {
  test.each([
    [{ a: 1 }, { $set: { "b.c": 2 } }, { a: 1, b: { c: 2 } }],
    [{ a: [1, 2] }, { $set: { "a.3": 9 } }, { a: [1, 2, null, 9] }],
    [{ a: { b: 1 }, c: 1 }, { $unset: { "a.b": "" } }, { a: {}, c: 1 }],
    [{ a: [1, 2] }, { $unset: { "a.0": "" } }, { a: [null, 2] }],
    [{ a: 1 }, { $inc: { a: 2, n: 3 } }, { a: 3, n: 3 }],
    [{ a: 3 }, { $mul: { a: 2, z: 5 } }, { a: 6, z: 0 }],
    [{ a: 3 }, { $min: { a: 2 }, $max: { b: 4 } }, { a: 2, b: 4 }],
    [{ a: 1 }, { $rename: { a: "b.c" } }, { b: { c: 1 } }],
    [{ a: 5 }, { $bit: { a: { and: 6, or: 1 } } }, { a: 5 }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1, $slice: 2 } } }, { a: [1, 2] }],
    [{ a: [1, 3] }, { $push: { a: { $each: [2], $position: 1 } } }, { a: [1, 2, 3] }],
    [{ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
    [{ a: [{ b: 1 }, { b: 2, c: 3 }] }, { $pull: { a: { b: 2 } } }, { a: [{ b: 1 }] }],
    [{ a: [1, 5, 7] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    [{ a: [{ b: 1 }, { c: 1 }] }, { $pull: { a: { $or: [{ b: 1 }, { c: 2 }] } } }, { a: [{ c: 1 }] }],
    [{ a: [1, 2, 1] }, { $pullAll: { a: [1] } }, { a: [2] }],
    [{ a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] }],
    [{ a: 1 }, { $currentDate: { d: true } }, { a: 1, d: new Date(1000) }],
    [{ a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
  ])("[DB18] %j with %j", (fields, update, expected) => {
    expect(updated({ _id: 1, ...fields }, update)).toEqual(toDoc({ _id: 1, ...expected }));
  });

  test("[DB18] $, $[] and $[name] find their elements", () => {
    const fields = { _id: 1, a: [{ b: 1 }, { b: 2 }, { b: 3 }] };
    expect(updated(fields, { $set: { "a.$.b": 9 } }, { filter: { "a.b": 2 } })["a"]).toEqual(
      toValue([{ b: 1 }, { b: 9 }, { b: 3 }]),
    );
    expect(updated(fields, { $inc: { "a.$[].b": 1 } })["a"]).toEqual(toValue([{ b: 2 }, { b: 3 }, { b: 4 }]));
    expect(
      updated(fields, { $set: { "a.$[x].b": 0 } }, { arrayFilters: [{ "x.b": { $gte: 2 } }] })["a"],
    ).toEqual(toValue([{ b: 1 }, { b: 0 }, { b: 0 }]));
    expect(() => updated(fields, { $set: { "a.$.b": 9 } })).toThrow(/positional operator/);
  });

  test("[DB18] a pipeline sees the document as it was", () => {
    expect(updated({ _id: 1, a: 1, b: 2 }, [{ $set: { a: "$b", b: "$a" } }, { $unset: "c" }])).toEqual(
      toDoc({ _id: 1, a: 2, b: 1 }),
    );
  });

  test("[DB11] untouched numbers keep their types, and int32 overflows into int64", () => {
    const after = updated({ _id: 1, d: new Double(3), n: 2147483647 }, { $inc: { n: 1 } });
    expect(after["d"]).toBeInstanceOf(Double);
    expect(after["n"]).toEqual(Long.fromNumber(2147483648));
  });

  test.each([
    [{ $set: { _id: 2 } }, /immutable/],
    [{ $set: { a: 1 }, $inc: { a: 1 } }, /conflict/],
    [{ $set: { a: 1, "a.b": 1 } }, /conflict/],
    [{ $foo: { a: 1 } }, /Unknown modifier/],
    [{ $inc: { s: 1 } }, /non-numeric/],
    [{ $set: { "s.x": 1 } }, /Cannot create field/],
    [{ $push: { s: 1 } }, /must be an array/],
    [{ $inc: { s: "x" } }, /non-numeric/],
  ])("[DB18] %j is refused", (update, message) => {
    expect(() => updated({ _id: 1, s: "text" }, update)).toThrow(message);
  });

  test("[DB8] paths through __proto__ and constructor change fields, nothing else", () => {
    const after = updated(
      { _id: 1 },
      { $set: { "constructor.prototype.polluted": 1, "__proto__.polluted": 1 } },
    );
    expect(Object.keys(after)).toEqual(["_id", "constructor"].concat("__proto__"));
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

test("[DB19] an upsert starts from what the filter demands equal", () => {
  const update = parseUpdate(toDoc({ $set: { b: 2 }, $setOnInsert: { c: 3 } }), undefined, environment);
  const filter = parseFilter(
    toDoc({ $and: [{ a: 1 }, { "n.x": { $eq: 5 } }], z: { $gt: 3 }, i: { $in: [7] } }),
    environment,
  );
  const made = upsertDocument(update, filter, () => new ObjectId(), environment);
  expect(Object.keys(made)[0]).toBe("_id");
  delete made["_id"];
  expect(made).toEqual(toDoc({ a: 1, n: { x: 5 }, i: 7, b: 2, c: 3 }));
});

test("the update never changes the document it was given, and its description leads from one to the other", () => {
  fc.assert(
    fc.property(anyDoc, anyDoc, (before, replacement) => {
      before["_id"] = 1;
      const original = encodeDoc(before);
      const update = parseUpdate(
        toDoc({ $set: { "list.0": 1, flag: true }, $unset: { a: 1 } }),
        undefined,
        environment,
      );
      let after: Doc;
      try {
        after = applyUpdate(update, before, { kind: "and", filters: [] }, environment);
      } catch {
        after = replacement;
      }
      expect(Buffer.compare(encodeDoc(before), original)).toBe(0);
      expect(equalValues(replay(before, describeUpdate(before, after)), sorted(after))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

/** Applies an update description at the top level; nested paths are checked by their presence only. */
function replay(before: Doc, description: Doc): Doc {
  const copy = cloneDoc(before);
  const { updatedFields, removedFields, truncatedArrays } = description;
  for (const path of Array.isArray(removedFields) ? removedFields : []) remove(copy, String(path).split("."));
  for (const one of Array.isArray(truncatedArrays) ? truncatedArrays : []) {
    if (isDoc(one)) truncate(copy, String(one["field"]).split("."), Number(one["newSize"]));
  }
  if (isDoc(updatedFields))
    for (const [path, value] of Object.entries(updatedFields)) assign(copy, path.split("."), value);
  return sorted(copy);
}

function holderOf(root: Doc, parts: string[]): Doc | Value[] {
  let holder: Value = root;
  for (const part of parts.slice(0, -1))
    holder = (Array.isArray(holder) ? holder[Number(part)] : (holder as Doc)[part]) ?? null;
  return holder as Doc | Value[];
}

function remove(root: Doc, parts: string[]): void {
  delete (holderOf(root, parts) as Doc)[parts.at(-1) ?? ""];
}

function truncate(root: Doc, parts: string[], size: number): void {
  const list = (holderOf(root, parts) as Doc)[parts.at(-1) ?? ""];
  if (Array.isArray(list)) list.length = size;
}

function assign(root: Doc, parts: string[], value: Value): void {
  (holderOf(root, parts) as Doc)[parts.at(-1) ?? ""] = value;
}

/** Field order is not part of a description. */
function sorted(value: Doc): Doc {
  const result = newDoc();
  for (const name of Object.keys(value).toSorted()) result[name] = sortedValue(value[name] ?? null);
  return result;
}

function sortedValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(sortedValue);
  return isDoc(value) ? sorted(value) : value;
}
