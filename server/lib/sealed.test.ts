import { createSeals, SealError } from "#server/lib/sealed.ts";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";

const oldKey = { keyId: "k1", key: randomBytes(32) };
const newKey = { keyId: "k2", key: randomBytes(32) };
const indexKey = randomBytes(32);
const place = { collection: "calls", field: "phone", documentId: "call_1" };

test("what was sealed opens at its place, also after the keys were rotated", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const sealed = createSeals([oldKey], indexKey).seal(value, place);
      expect(createSeals([newKey, oldKey], indexKey).open(sealed, place)).toBe(value);
    }),
  );
});

test("a sealed value does not open in another document, with a flipped character, or without its key", () => {
  const seals = createSeals([oldKey], indexKey);
  const sealed = seals.seal("+12125550123", place);
  expect(() => seals.open(sealed, { ...place, documentId: "call_2" })).toThrow(SealError);
  expect(() => seals.open(`${sealed.slice(0, -3)}AAA`, place)).toThrow(SealError);
  expect(() => createSeals([newKey], indexKey).open(sealed, place)).toThrow(SealError);
  expect(() => seals.open("+12125550123", place)).toThrow(SealError);
});

test("the blind index is stable, and says nothing without its key", () => {
  const seals = createSeals([oldKey], indexKey);
  expect(seals.blindIndex("a")).toBe(createSeals([newKey], indexKey).blindIndex("a"));
  expect(seals.blindIndex("a")).not.toBe(createSeals([oldKey], randomBytes(32)).blindIndex("a"));
});
