import { Decimal128, Double, Int32, Long, Timestamp } from "bson";
import { badValue } from "#server/database/embedded/errors.ts";
import { isInt32, type Value } from "#server/database/embedded/values/value.ts";

/** Every BSON number. */
export type Numeric = number | Double | Int32 | Long | Decimal128;
type NumberKind = "int" | "long" | "double" | "decimal";

/** An exact decimal: `digits * 10^exponent`. */
export type Exact = { digits: bigint; exponent: number };

export function isNumeric(value: Value | undefined): value is Numeric {
  if (typeof value === "number") return true;
  if (value === null || typeof value !== "object") return false;
  if (value instanceof Long) return !(value instanceof Timestamp);
  return value instanceof Double || value instanceof Decimal128 || value instanceof Int32;
}

export function numberKind(value: Numeric): NumberKind {
  if (typeof value === "number") return isInt32(value) ? "int" : "double";
  if (value instanceof Long) return "long";
  if (value instanceof Double) return "double";
  return value instanceof Int32 ? "int" : "decimal";
}

/** The nearest JS number. */
export function toNumber(value: Numeric): number {
  if (typeof value === "number") return value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return value.value;
}

/** A JS number as a double, whatever it looks like. */
export function doubleOf(value: number): Numeric {
  return isInt32(value) ? new Double(value) : value;
}

/** The narrowest of int32 and int64 that holds `value`. */
export function integerOf(value: bigint): Numeric {
  const small = Number(value);
  return isInt32(small) ? small : Long.fromBigInt(value);
}

/** The exact value; `undefined` for NaN and the infinities. */
export function toExact(value: Numeric): Exact | undefined {
  if (value instanceof Long) return { digits: value.toBigInt(), exponent: 0 };
  if (value instanceof Decimal128) return parseDecimal(value.toString());
  const double = toNumber(value);
  if (!Number.isFinite(double)) return undefined;
  return Number.isInteger(double) ? { digits: BigInt(double), exponent: 0 } : exactFraction(double);
}

function exactFraction(double: number): Exact {
  let scaled = double;
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings += 1;
  }
  return { digits: BigInt(scaled) * 5n ** BigInt(halvings), exponent: -halvings };
}

function parseDecimal(text: string): Exact | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", whole = "0", fraction = "", power = "0"] = match;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(power) - fraction.length };
}

/** Orders two exact decimals. */
export function compareExact(left: Exact, right: Exact): number {
  const shared = Math.min(left.exponent, right.exponent);
  const a = left.digits * 10n ** BigInt(left.exponent - shared);
  const b = right.digits * 10n ** BigInt(right.exponent - shared);
  return a < b ? -1 : Number(a > b);
}

/** `left - right`, exactly. */
export function subtractExact(left: Exact, right: Exact): Exact {
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.digits * 10n ** BigInt(left.exponent - exponent);
  const b = right.digits * 10n ** BigInt(right.exponent - exponent);
  return { digits: a - b, exponent };
}

/** Orders numbers of any kind by value; NaN equals NaN and comes before everything else. */
export function compareNumbers(left: Numeric, right: Numeric): number {
  if (!(left instanceof Long) && !(right instanceof Long) && !(left instanceof Decimal128)) {
    if (!(right instanceof Decimal128)) return compareDoubles(toNumber(left), toNumber(right));
  }
  const a = toExact(left);
  const b = toExact(right);
  return a && b ? compareExact(a, b) : compareDoubles(toNumber(left), toNumber(right));
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}

type Operation = {
  doubles(a: number, b: number): number;
  integers(a: bigint, b: bigint): bigint;
  exact(a: Exact, b: Exact): Exact;
};

const ADDITION: Operation = {
  doubles: (a, b) => a + b,
  integers: (a, b) => a + b,
  exact: (a, b) => subtractExact(a, { digits: -b.digits, exponent: b.exponent }),
};

const MULTIPLICATION: Operation = {
  doubles: (a, b) => a * b,
  integers: (a, b) => a * b,
  exact: (a, b) => ({ digits: a.digits * b.digits, exponent: a.exponent + b.exponent }),
};

/** Adds with MongoDB's widening: int, long, double, decimal; an integer result beyond int64 is refused. */
export function addNumbers(left: Numeric, right: Numeric): Numeric {
  return calculate(ADDITION, left, right);
}

export function multiplyNumbers(left: Numeric, right: Numeric): Numeric {
  return calculate(MULTIPLICATION, left, right);
}

function calculate(operation: Operation, left: Numeric, right: Numeric): Numeric {
  const kinds = [numberKind(left), numberKind(right)];
  if (kinds.includes("decimal")) {
    const a = toExact(left);
    const b = toExact(right);
    if (a && b) return decimalOf(operation.exact(a, b));
    return Decimal128.fromString(String(operation.doubles(toNumber(left), toNumber(right))));
  }
  if (kinds.includes("double")) return doubleOf(operation.doubles(toNumber(left), toNumber(right)));
  const result = operation.integers(toBigInt(left), toBigInt(right));
  if (BigInt.asIntN(64, result) !== result) throw badValue("The result does not fit a 64-bit integer.");
  return kinds.includes("long") ? Long.fromBigInt(result) : integerOf(result);
}

/** An integral number as a bigint. */
export function toBigInt(value: Numeric): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(Math.trunc(toNumber(value)));
}

const DECIMAL_DIGITS = 34;

/** A decimal128 of an exact value, rounded half to even at 34 digits. */
export function decimalOf(value: Exact): Decimal128 {
  let { digits, exponent } = value;
  const excess = String(digits < 0n ? -digits : digits).length - DECIMAL_DIGITS;
  if (excess > 0) {
    const unit = 10n ** BigInt(excess);
    const rest = digits % unit;
    digits /= unit;
    const twice = (rest < 0n ? -rest : rest) * 2n;
    if (twice > unit || (twice === unit && digits % 2n !== 0n)) digits += rest < 0n ? -1n : 1n;
    exponent += excess;
  }
  return Decimal128.fromString(`${digits}E${exponent}`);
}
