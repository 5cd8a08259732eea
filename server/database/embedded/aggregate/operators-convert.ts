import { Decimal128, Double, Long, ObjectId } from "bson";
import { isNullish, isTruthy, type PlainOperator } from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import {
  doubleOf,
  integerOf,
  isNumeric,
  toBigInt,
  toNumber,
} from "#server/database/embedded/values/numbers.ts";
import { isDoc, typeName, type Value } from "#server/database/embedded/values/value.ts";

function cannot(value: Value, target: string): ServerError {
  return new ServerError(241, `A value of type ${typeName(value)} cannot be converted to ${target}.`);
}

function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return value.toISOString();
  if (isNumeric(value)) return value instanceof Double ? String(value.value) : value.toString();
  throw cannot(value, "a string");
}

function toObjectId(value: Value): Value {
  if (value instanceof ObjectId) return value;
  if (typeof value === "string" && /^[0-9a-f]{24}$/i.test(value)) return ObjectId.createFromHexString(value);
  throw cannot(value, "an ObjectId");
}

function toInteger(value: Value, bits: 32 | 64): Value {
  const target = bits === 32 ? "int" : "long";
  let whole: bigint;
  if (typeof value === "boolean") whole = value ? 1n : 0n;
  else if (typeof value === "string" && /^-?\d+$/.test(value)) whole = BigInt(value);
  else if (isNumeric(value) && Number.isFinite(toNumber(value))) whole = toBigInt(value);
  else if (value instanceof Date && bits === 64) whole = BigInt(value.getTime());
  else throw cannot(value, target);
  if (BigInt.asIntN(bits, whole) !== whole) throw new ServerError(241, `The number does not fit ${target}.`);
  return bits === 32 ? integerOf(whole) : Long.fromBigInt(whole);
}

function toDouble(value: Value): Value {
  if (typeof value === "boolean") return doubleOf(value ? 1 : 0);
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)))
    return doubleOf(Number(value));
  if (isNumeric(value)) return doubleOf(toNumber(value));
  if (value instanceof Date) return doubleOf(value.getTime());
  throw cannot(value, "double");
}

function toDate(value: Value): Value {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (isNumeric(value)) return new Date(toNumber(value));
  if (typeof value === "string" && !Number.isNaN(Date.parse(value))) return new Date(value);
  throw cannot(value, "date");
}

function toDecimal(value: Value): Value {
  if (value instanceof Decimal128) return value;
  if (typeof value === "boolean") return Decimal128.fromString(value ? "1" : "0");
  return Decimal128.fromString(toText(value));
}

type Conversion = (value: Value) => Value;
const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ["string", toText],
  ["2", toText],
  ["objectId", toObjectId],
  ["7", toObjectId],
  ["bool", (value) => isTruthy(value)],
  ["8", (value) => isTruthy(value)],
  ["int", (value) => toInteger(value, 32)],
  ["16", (value) => toInteger(value, 32)],
  ["long", (value) => toInteger(value, 64)],
  ["18", (value) => toInteger(value, 64)],
  ["double", toDouble],
  ["1", toDouble],
  ["date", toDate],
  ["9", toDate],
  ["decimal", toDecimal],
  ["19", toDecimal],
]);

function converter(target: string): PlainOperator {
  return ([value]) => (isNullish(value) ? null : CONVERSIONS.get(target)?.(value));
}

function convert(value: Value | undefined): Value | undefined {
  if (!isDoc(value)) throw new ServerError(9, "$convert takes a document.");
  const input = value["input"];
  if (isNullish(input)) return value["onNull"] ?? null;
  const to = value["to"];
  const target = isDoc(to) ? to["type"] : to;
  const conversion = CONVERSIONS.get(isNumeric(target) ? String(toNumber(target)) : String(target));
  if (!conversion) throw new ServerError(9, "$convert does not know the type to convert to.");
  try {
    return conversion(input);
  } catch (error) {
    if (value["onError"] !== undefined) return value["onError"];
    throw error;
  }
}

function concat(args: (Value | undefined)[]): Value {
  if (args.some(isNullish)) return null;
  return args
    .map((arg) => {
      if (typeof arg !== "string") throw new ServerError(16702, "$concat takes strings only.");
      return arg;
    })
    .join("");
}

function caseChanger(change: (text: string) => string): PlainOperator {
  return ([value]) => (isNullish(value) ? "" : change(toText(value)));
}

export const convertOperators: Record<string, PlainOperator> = {
  $type: ([value]) => typeName(value),
  $toString: converter("string"),
  $toObjectId: converter("objectId"),
  $toBool: converter("bool"),
  $toInt: converter("int"),
  $toLong: converter("long"),
  $toDouble: converter("double"),
  $toDate: converter("date"),
  $toDecimal: converter("decimal"),
  $convert: ([value]) => convert(value),
  $concat: concat,
  $toLower: caseChanger((text) => text.toLowerCase()),
  $toUpper: caseChanger((text) => text.toUpperCase()),
};
