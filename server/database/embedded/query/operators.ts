import { Binary, BSONRegExp, BSONSymbol, Decimal128, MaxKey, MinKey } from "bson";
import { badValue } from "#server/database/embedded/errors.ts";
import type { Predicate } from "#server/database/embedded/query/predicate.ts";
import { regExpOf } from "#server/database/embedded/query/regex.ts";
import {
  compareValues,
  equalValues,
  typeRank,
  type Collator,
} from "#server/database/embedded/values/compare.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import { isNumeric, toBigInt, toNumber, type Numeric } from "#server/database/embedded/values/numbers.ts";
import { typeName, type Value } from "#server/database/embedded/values/value.ts";

/** `{field: value}` and `$eq`: equal values; null also finds missing fields. */
export function equality(operand: Value, collator: Collator): Predicate {
  return {
    operator: "eq",
    operand,
    traverse: true,
    test: (value) => equalValues(value, operand, collator),
  };
}

type Order = "gt" | "gte" | "lt" | "lte";

/** `$gt` and its like: only values of the operand's own type can match (except for MinKey and MaxKey). */
export function ordering(operator: Order, operand: Value, collator: Collator): Predicate {
  const rank = typeRank(operand);
  const anyType = operand instanceof MinKey || operand instanceof MaxKey;
  const isNaNOperand = isNumeric(operand) && Number.isNaN(toNumber(operand));
  const test = (value: Value | undefined): boolean => {
    if (typeRank(value) !== rank && !anyType) return false;
    const order = compareValues(value, operand, collator);
    if (order === 0) return operator === "gte" || operator === "lte";
    if (isNaNOperand || (isNumeric(value) && Number.isNaN(toNumber(value)))) return false;
    return operator === "gt" || operator === "gte" ? order > 0 : order < 0;
  };
  return { operator, operand, traverse: true, test };
}

const HASH_FROM = 8;

/** `$in`: one of the values, or a match of one of the regular expressions. */
export function membership(operand: Value, collator: Collator): Predicate {
  if (!Array.isArray(operand)) throw badValue("$in needs an array");
  const values = operand.filter((value) => !(value instanceof BSONRegExp));
  const patterns = operand.filter((value) => value instanceof BSONRegExp).map(regExpOf);
  const identities =
    values.length >= HASH_FROM && !collator ? new Set(values.map((value) => identityOf(value))) : undefined;
  const test = (value: Value | undefined): boolean => {
    if (
      identities ? identities.has(identityOf(value)) : values.some((one) => equalValues(value, one, collator))
    )
      return true;
    return (
      patterns.length > 0 &&
      (matchesAny(patterns, value) ||
        operand.some((one) => one instanceof BSONRegExp && equalValues(value, one)))
    );
  };
  return { operator: patterns.length > 0 ? "other" : "in", operand, traverse: true, test };
}

function matchesAny(patterns: readonly RegExp[], value: Value | undefined): boolean {
  const text = value instanceof BSONSymbol ? value.value : value;
  return typeof text === "string" && patterns.some((pattern) => pattern.test(text));
}

export function regexPredicate(pattern: BSONRegExp): Predicate {
  const compiled = regExpOf(pattern);
  return {
    operator: "other",
    operand: pattern,
    traverse: true,
    test: (value) =>
      matchesAny([compiled], value) || (value instanceof BSONRegExp && equalValues(value, pattern)),
  };
}

/** `$exists: true`. */
export function existence(): Predicate {
  return { operator: "exists", operand: true, traverse: false, test: (value) => value !== undefined };
}

export function sizePredicate(operand: Value): Predicate {
  const size = isNumeric(operand) ? toNumber(operand) : Number.NaN;
  if (!Number.isInteger(size) || size < 0) throw badValue("$size must be a whole number of at least 0");
  return other(operand, (value) => Array.isArray(value) && value.length === size, false);
}

export function modPredicate(operand: Value): Predicate {
  const [divisor, remainder] = Array.isArray(operand) ? operand : [];
  if (!isNumeric(divisor) || !isNumeric(remainder) || (Array.isArray(operand) && operand.length > 2)) {
    throw badValue("malformed mod, needs to be an array of two numbers");
  }
  const by = toBigInt(divisor);
  if (by === 0n) throw badValue("divisor cannot be 0");
  const rest = toBigInt(remainder);
  return other(
    operand,
    (value) => isNumeric(value) && Number.isFinite(toNumber(value)) && toBigInt(value) % by === rest,
  );
}

const TYPE_NUMBERS: Readonly<Record<number, string>> = {
  1: "double",
  2: "string",
  3: "object",
  4: "array",
  5: "binData",
  7: "objectId",
  8: "bool",
  9: "date",
  10: "null",
  11: "regex",
  13: "javascript",
  14: "symbol",
  15: "javascriptWithScope",
  16: "int",
  17: "timestamp",
  18: "long",
  19: "decimal",
  127: "maxKey",
};
const TYPE_NAMES = new Set([...Object.values(TYPE_NUMBERS), "minKey", "number"]);

/** `$type` with names, numbers or a list of them. */
export function typePredicate(operand: Value): Predicate {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).map(typeAlias));
  const numbers = wanted.has("number");
  const test = (value: Value | undefined): boolean =>
    value !== undefined && (wanted.has(typeName(value)) || (numbers && isNumeric(value)));
  return { operator: "type", operand, traverse: true, test };
}

function typeAlias(value: Value): string {
  const name = isNumeric(value) ? (toNumber(value) === -1 ? "minKey" : TYPE_NUMBERS[toNumber(value)]) : value;
  if (typeof name !== "string" || !TYPE_NAMES.has(name)) throw badValue("Unknown type name alias in $type");
  return name;
}

type BitTest = "$bitsAllSet" | "$bitsAllClear" | "$bitsAnySet" | "$bitsAnyClear";

export function bitsPredicate(operator: BitTest, operand: Value): Predicate {
  const mask = bitMask(operand);
  return other(operand, (value) => {
    const bits = bitsOf(value);
    if (bits === undefined) return false;
    const set = bits & mask;
    if (operator === "$bitsAllSet") return set === mask;
    if (operator === "$bitsAllClear") return set === 0n;
    return operator === "$bitsAnySet" ? set !== 0n : set !== mask;
  });
}

function bitMask(operand: Value): bigint {
  if (Array.isArray(operand)) {
    return operand.reduce<bigint>(
      (mask, place) => mask | (1n << BigInt(isNumeric(place) ? toNumber(place) : 0)),
      0n,
    );
  }
  const mask = bitsOf(operand);
  if (mask === undefined) throw badValue("A bit test takes a number, binary data or a list of positions");
  return mask;
}

function bitsOf(value: Value | undefined): bigint | undefined {
  if (value instanceof Binary) {
    return value.buffer
      .subarray(0, value.position)
      .reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  }
  if (!isNumeric(value) || !isWhole(value)) return undefined;
  return BigInt.asUintN(64, toBigInt(value));
}

function isWhole(value: Numeric): boolean {
  return !(value instanceof Decimal128) && Number.isInteger(toNumber(value));
}

function other(operand: Value, test: Predicate["test"], traverse = true): Predicate {
  return { operator: "other", operand, traverse, test };
}
