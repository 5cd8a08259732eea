import { Decimal128, Double, Long, ObjectId } from "bson";
import * as fc from "fast-check";
import { deserialize, serialize } from "bson";
import { describe, expect, test } from "vitest";
import { anyDoc, anyValue } from "#server/database/embedded/test-values.ts";
import { compareValues, equalValues } from "#server/database/embedded/values/compare.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { decodeKey } from "#server/database/embedded/values/key-decode.ts";
import { encodeKey } from "#server/database/embedded/values/key-encode.ts";
import { addNumbers, multiplyNumbers, numberKind } from "#server/database/embedded/values/numbers.ts";
import { docOf, typeName, type Value } from "#server/database/embedded/values/value.ts";

describe("BSON", () => {
  test("[DB11] any document survives encoding and decoding, types included", () => {
    fc.assert(
      fc.property(anyDoc, (doc) => {
        const bytes = encodeDoc(doc);
        expect(Buffer.compare(encodeDoc(decodeDoc(bytes)), bytes)).toBe(0);
        expect(equalValues(decodeDoc(bytes), doc)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("agrees with the bson package in both directions", () => {
    const plain = {
      a: 1,
      b: 1.5,
      c: "ü",
      d: [1, { e: null }],
      f: new Date(5),
      g: new ObjectId(),
      h: Long.fromString("9007199254740993"),
      i: true,
    };
    expect(Buffer.compare(encodeDoc(decodeDoc(serialize(plain))), Buffer.from(serialize(plain)))).toBe(0);
    expect(deserialize(encodeDoc(docOf({ x: docOf({ y: [1, "two"] }) })))).toEqual({ x: { y: [1, "two"] } });
  });

  test("a document larger than the encoder's first buffer is whole", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: 4200 }), anyValue, (length, value) => {
        const doc = docOf({
          filler: "x".repeat(length),
          value,
          list: [value, 1, 2.5, Long.ONE, true, new Date(1)],
        });
        expect(equalValues(decodeDoc(encodeDoc(doc)), doc)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("an integral double stays a double", () => {
    const doc = decodeDoc(serialize({ a: new Double(3), b: 3 }));
    expect([typeName(doc["a"]), typeName(doc["b"])]).toEqual(["double", "int"]);
  });

  test("[DB7] hostile bytes give an error, never a crash or a read outside", () => {
    fc.assert(
      fc.property(anyDoc, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (doc, place, byte, cut) => {
        const bytes = encodeDoc(doc);
        const broken = Buffer.from(bytes);
        broken[place % broken.length] = byte;
        for (const input of [broken, bytes.subarray(0, cut % bytes.length)]) {
          try {
            decodeDoc(input);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("[DB8] __proto__ and constructor are ordinary fields", () => {
    const doc = docOf({ constructor: docOf({ prototype: docOf({ polluted: true }) }) });
    doc["__proto__"] = docOf({ polluted: true });
    const back = decodeDoc(encodeDoc(doc));
    expect(Object.keys(back)).toEqual(["constructor", "__proto__"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(back["toString"]).toBeUndefined();
  });
});

describe("order", () => {
  test("[DB9] comparison is a total order", () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
        expect(compareValues(a, a)).toBe(0);
        const [x, y, z] = [a, b, c].toSorted((left, right) => compareValues(left, right));
        expect(compareValues(x, y)).toBeLessThanOrEqual(0);
        expect(compareValues(y, z)).toBeLessThanOrEqual(0);
        expect(compareValues(x, z)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test("[DB9] the types come in MongoDB's order", () => {
    const ordered: Value[] = [
      null,
      Number.NaN,
      -1,
      Long.fromNumber(0),
      0.5,
      new Double(1),
      "",
      "a",
      docOf({}),
      docOf({ a: 1 }),
      [],
      [1],
      new ObjectId(),
      false,
      true,
      new Date(0),
    ];
    expect(ordered.toReversed().toSorted((a, b) => compareValues(a, b))).toEqual(ordered);
  });

  test("[DB9] large integers and decimals compare exactly with doubles", () => {
    const big = Long.fromString("9007199254740993");
    expect(compareValues(big, 9007199254740992)).toBeGreaterThan(0);
    expect(compareValues(Decimal128.fromString("0.1"), 0.1)).toBeLessThan(0);
    expect(equalValues(Decimal128.fromString("2.50"), 2.5)).toBe(true);
    expect(equalValues(Long.fromNumber(7), 7)).toBe(true);
  });

  test("[DB10] index keys sort like their values, ascending and descending", () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, anyValue, (a, b, c, d) => {
        for (const [first, second] of [
          [1, 1],
          [1, -1],
          [-1, 1],
        ] as const) {
          const left = encodeKey([a, c], [first, second]);
          const right = encodeKey([b, d], [first, second]);
          const byValue = compareValues(a, b) * first || compareValues(c, d) * second;
          expect(Math.sign(Buffer.compare(left, right)) + 0).toBe(Math.sign(byValue) + 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("[DB10] index keys can be read back", () => {
    fc.assert(
      fc.property(anyValue, anyValue, fc.constantFrom<1 | -1>(1, -1), (a, b, direction) => {
        const parts = decodeKey(encodeKey([a, b], [direction, 1]), [direction, 1]);
        expect(equalValues(parts[0] as Value, a)).toBe(true);
        expect(equalValues(parts[1] as Value, b)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test("arithmetic widens as MongoDB's does and refuses what does not fit 64 bits", () => {
  expect(addNumbers(2147483647, 1)).toEqual(Long.fromNumber(2147483648));
  expect(numberKind(addNumbers(1, new Double(1)))).toBe("double");
  expect(numberKind(multiplyNumbers(Long.fromNumber(2), 3))).toBe("long");
  expect(String(addNumbers(Decimal128.fromString("0.1"), Decimal128.fromString("0.2")))).toBe("0.3");
  expect(() => addNumbers(Long.MAX_VALUE, 1)).toThrow(/64-bit/);
});
