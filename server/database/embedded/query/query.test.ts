import { BSONRegExp, Long, MinKey } from "bson";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { parseProjection } from "#server/database/embedded/query/projection.ts";
import { toDoc } from "#server/database/embedded/test-values.ts";
import { compareSortKeys, parseSort, sortKey } from "#server/database/embedded/query/sort.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { compareValues, typeRank } from "#server/database/embedded/values/compare.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const environment: Environment = { collator: undefined, variables: new Map(), now: new Date(0) };

function finds(filter: object, target: object): boolean {
  return matches(parseFilter(toDoc(filter), environment), toDoc(target));
}

/** Every value a path means in a document, spelled out; `undefined` where a document lacks the field. */
function valuesAt(value: Value | undefined, parts: string[]): (Value | undefined)[] {
  const [part, ...rest] = parts;
  if (part === undefined) return Array.isArray(value) ? [...value, value] : [value];
  if (isDoc(value)) return valuesAt(value[part], rest);
  if (!Array.isArray(value)) return [undefined];
  return value.filter(isDoc).flatMap((item) => valuesAt(item[part], rest));
}

const small = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom<Value>(null, "a", "b", true),
  fc.integer({ min: 0, max: 3 }).map((n) => Long.fromNumber(n)),
);
const inner = fc.dictionary(fc.constantFrom("b", "c"), fc.oneof(small, fc.array(small, { maxLength: 3 })), {
  maxKeys: 2,
});
const target = fc.dictionary(
  fc.constantFrom("a", "d"),
  fc.oneof(small, inner, fc.array(fc.oneof(small, inner), { maxLength: 3 })),
  { maxKeys: 2 },
);

describe("filters", () => {
  test("[DB12] agree with a naive reading of MongoDB's rules", () => {
    const operators = fc.constantFrom("$eq", "$gt", "$gte", "$lt", "$lte", "$ne");
    fc.assert(
      fc.property(
        target,
        fc.constantFrom("a", "a.b", "a.b.c", "d"),
        operators,
        small,
        (fields, path, operator, operand) => {
          const values = valuesAt(toDoc(fields), path.split("."));
          const holds = (value: Value | undefined): boolean => {
            if (typeRank(value) !== typeRank(operand)) return false;
            const order = compareValues(value, operand);
            if (operator === "$gt") return order > 0;
            if (operator === "$lt") return order < 0;
            if (operator === "$gte") return order >= 0;
            return operator === "$lte" ? order <= 0 : order === 0;
          };
          const expected = operator === "$ne" ? !values.some(holds) : values.some(holds);
          expect(finds({ [path]: { [operator]: operand } }, fields)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    [{ a: null }, {}, true],
    [{ a: null }, { a: [] }, false],
    [{ "a.b": null }, { a: [{ c: 1 }] }, true],
    [{ "a.b": null }, { a: [1] }, false],
    [{ "a.b": null }, { a: 1 }, true],
    [{ a: { $exists: false } }, { a: null }, false],
    [{ a: [1, 2] }, { a: [[1, 2]] }, true],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, false],
    [{ "a.0": 5 }, { a: [5, 6] }, true],
    [{ "a.1.b": 5 }, { a: [{ b: 4 }, { b: 5 }] }, true],
    [{ a: { $gt: 1, $lt: 3 } }, { a: [0, 4] }, true],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 4] }, false],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { c: 2 }] }, false],
    [{ a: { $all: [1, 2] } }, { a: [2, 3, 1] }, true],
    [{ a: { $all: [] } }, { a: [1] }, false],
    [{ a: { $size: 2 } }, { a: [1, 2] }, true],
    [{ a: { $in: [new BSONRegExp("^x", ""), 4] } }, { a: "xyz" }, true],
    [{ a: { $nin: [1, null] } }, {}, false],
    [{ a: { $not: { $gt: 1 } } }, {}, true],
    [{ a: { $type: "number" } }, { a: [Long.ONE] }, true],
    [{ a: { $mod: [4, 1] } }, { a: Long.fromNumber(9) }, true],
    [{ a: { $bitsAllSet: [0, 2] } }, { a: 5 }, true],
    [{ a: { $gt: new MinKey() } }, { a: "x" }, true],
    [{ $nor: [{ a: 1 }, { a: 2 }] }, { a: 3 }, true],
    [{ $expr: { $gt: ["$a", "$b"] } }, { a: 2, b: 1 }, true],
    [{ a: { $regex: "^AB", $options: "i" } }, { a: "abc" }, true],
    [{ a: { $lte: null } }, {}, true],
  ])("[DB12] %j on %j: %s", (filter, fields, expected) => {
    expect(finds(filter, fields)).toBe(expected);
  });

  test.each([
    { $foo: 1 },
    { a: { $foo: 1 } },
    { $or: [] },
    { a: { $in: 1 } },
    { a: { $not: 1 } },
    { a: { $regex: "x", $options: "q" } },
  ])("[DB12] %j is refused", (filter) => {
    expect(() => finds(filter, {})).toThrow(ServerError);
  });

  test.each([{ $where: "1" }, { $text: { $search: "x" } }, { a: { $near: [1, 2] } }, { $jsonSchema: {} }])(
    "[DB24] %j is refused as left out",
    (filter) => {
      expect(() => finds(filter, {})).toThrow(/not supported by Ringside/);
    },
  );
});

describe("projections", () => {
  const project = (spec: object, fields: object, filter: object = {}): Doc | undefined =>
    parseProjection(toDoc(spec), environment, {
      kind: "find",
      filter: parseFilter(toDoc(filter), environment),
    })?.(toDoc(fields));

  test.each([
    [{ a: 1 }, { _id: 1, a: 2, b: 3 }, { _id: 1, a: 2 }],
    [{ a: 0 }, { _id: 1, a: 2, b: 3 }, { _id: 1, b: 3 }],
    [{ a: 1, _id: 0 }, { _id: 1, a: 2 }, { a: 2 }],
    [{ "a.b": 1 }, { _id: 1, a: [{ b: 1, c: 2 }, 5, { c: 3 }] }, { _id: 1, a: [{ b: 1 }, {}] }],
    [{ a: { b: 0 } }, { _id: 1, a: { b: 1, c: 2 } }, { _id: 1, a: { c: 2 } }],
    [{ a: { $slice: -1 } }, { _id: 1, a: [1, 2], b: 1 }, { _id: 1, a: [2], b: 1 }],
    [{ a: { $elemMatch: { b: 2 } } }, { _id: 1, a: [{ b: 1 }, { b: 2 }] }, { _id: 1, a: [{ b: 2 }] }],
    [{ c: { $add: ["$a", 1] } }, { _id: 1, a: 2 }, { _id: 1, c: 3 }],
  ])("%j of %j", (spec, fields, expected) => {
    expect(project(spec, fields)).toEqual(toDoc(expected));
  });

  test("the positional projection shows the element that matched", () => {
    expect(project({ "a.$": 1 }, { _id: 1, a: [1, 5, 9] }, { a: { $gt: 3 } })).toEqual(
      toDoc({ _id: 1, a: [5] }),
    );
  });

  test("mixing inclusion and exclusion is refused", () => {
    expect(() => project({ a: 1, b: 0 }, {})).toThrow(/inclusion and exclusion/);
  });
});

test("sorting takes the smallest element of an array ascending and the largest descending", () => {
  const docs = [{ a: [1, 9] }, { a: 5 }, {}, { a: [] }].map((one) => toDoc(one));
  const order = (spec: object): number[] => {
    const fields = parseSort(toDoc(spec));
    const keyed = docs.map((one, at) => ({ at, key: sortKey(one, fields, undefined) }));
    return keyed.toSorted((x, y) => compareSortKeys(x.key, y.key, fields, undefined)).map(({ at }) => at);
  };
  expect(order({ a: 1 })).toEqual([3, 2, 0, 1]);
  expect(order({ a: -1 })).toEqual([0, 1, 2, 3]);
  expect(docOf({})).toEqual(newDoc());
});
