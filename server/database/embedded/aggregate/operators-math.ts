import { isNullish, type PlainOperator } from "#server/database/embedded/aggregate/scope.ts";
import { exactly } from "#server/database/embedded/aggregate/operators-basic.ts";
import { ServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import {
  addNumbers,
  doubleOf,
  integerOf,
  isNumeric,
  multiplyNumbers,
  numberKind,
  toBigInt,
  toNumber,
  type Numeric,
} from "#server/database/embedded/values/numbers.ts";
import { Decimal128, Long } from "bson";
import type { Value } from "#server/database/embedded/values/value.ts";

/** Runs an operator on numbers only; null when any argument is null or missing. */
function numeric(operator: string, run: (numbers: Numeric[]) => Value): PlainOperator {
  return (args) => {
    const numbers: Numeric[] = [];
    for (const arg of args) {
      if (isNullish(arg)) return null;
      if (!isNumeric(arg)) throw typeMismatch(`${operator} takes numbers only.`);
      numbers.push(arg);
    }
    return run(numbers);
  };
}

function unary(operator: string, run: (value: number) => number): PlainOperator {
  return numeric(operator, ([value]) => (value === undefined ? null : sameKind(value, run(toNumber(value)))));
}

/** Gives a result the kind of its argument. */
function sameKind(model: Numeric, result: number): Value {
  const kind = numberKind(model);
  if (kind === "double" || !Number.isFinite(result)) return doubleOf(result);
  if (kind === "decimal") return Decimal128.fromString(String(result));
  return kind === "long" ? Long.fromNumber(result) : integerOf(BigInt(result));
}

function add(args: (Value | undefined)[]): Value {
  let total: Numeric = 0;
  let date: Date | undefined;
  for (const arg of args) {
    if (isNullish(arg)) return null;
    if (arg instanceof Date) {
      if (date) throw new ServerError(16612, "Only one date may be added.");
      date = arg;
    } else if (isNumeric(arg)) {
      total = addNumbers(total, arg);
    } else {
      throw typeMismatch("$add takes numbers and at most one date.");
    }
  }
  return date ? new Date(date.getTime() + Math.round(toNumber(total))) : total;
}

function subtract(args: (Value | undefined)[]): Value {
  exactly(args, 2);
  const [left, right] = args;
  if (isNullish(left) || isNullish(right)) return null;
  if (left instanceof Date) {
    if (right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime());
    if (isNumeric(right)) return new Date(left.getTime() - Math.round(toNumber(right)));
  }
  if (isNumeric(left) && isNumeric(right)) return addNumbers(left, multiplyNumbers(right, -1));
  throw typeMismatch("$subtract takes numbers or dates.");
}

function divide(left: Numeric, right: Numeric): Value {
  if (toNumber(right) === 0) throw new ServerError(2, "can't $divide by zero");
  if (numberKind(left) === "decimal" || numberKind(right) === "decimal") {
    return Decimal128.fromString(String(toNumber(left) / toNumber(right)));
  }
  return doubleOf(toNumber(left) / toNumber(right));
}

function modulo(left: Numeric, right: Numeric): Value {
  if (toNumber(right) === 0) throw new ServerError(16610, "can't $mod by zero");
  const kinds = [numberKind(left), numberKind(right)];
  if (kinds.includes("decimal")) return Decimal128.fromString(String(toNumber(left) % toNumber(right)));
  if (kinds.includes("double")) return doubleOf(toNumber(left) % toNumber(right));
  const result = toBigInt(left) % toBigInt(right);
  return kinds.includes("long") ? Long.fromBigInt(result) : integerOf(result);
}

function rounder(operator: string, round: (value: number) => number): PlainOperator {
  return numeric(operator, ([value, place]) => {
    if (value === undefined) return null;
    const factor = 10 ** (place === undefined ? 0 : toNumber(place));
    return sameKind(value, round(toNumber(value) * factor) / factor);
  });
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The sum of the numbers among `values`; other types count nothing. */
function sumOf(values: readonly (Value | undefined)[]): Numeric {
  let total: Numeric = 0;
  for (const value of values) if (isNumeric(value)) total = addNumbers(total, value);
  return total;
}

/** The mean of the numbers among `values`; null when there is none. */
export function averageOf(values: readonly (Value | undefined)[]): Value {
  const numbers = values.filter((value) => isNumeric(value));
  if (numbers.length === 0) return null;
  const total = sumOf(numbers);
  if (total instanceof Decimal128) return Decimal128.fromString(String(toNumber(total) / numbers.length));
  return doubleOf(toNumber(total) / numbers.length);
}

/** Accumulators used as expressions take one array or several arguments. */
export function spread(args: (Value | undefined)[]): (Value | undefined)[] {
  return args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
}

export const mathOperators: Record<string, PlainOperator> = {
  $add: add,
  $subtract: subtract,
  $multiply: numeric("$multiply", (numbers) =>
    numbers.reduce<Numeric>((product, one) => multiplyNumbers(product, one), 1),
  ),
  $divide: numeric("$divide", ([left, right]) =>
    left === undefined || right === undefined ? null : divide(left, right),
  ),
  $mod: numeric("$mod", ([left, right]) =>
    left === undefined || right === undefined ? null : modulo(left, right),
  ),
  $abs: numeric("$abs", ([value]) => {
    if (value === undefined) return null;
    return toNumber(value) < 0 ? multiplyNumbers(value, -1) : value;
  }),
  $ceil: unary("$ceil", Math.ceil),
  $floor: unary("$floor", Math.floor),
  $round: rounder("$round", roundHalfToEven),
  $trunc: rounder("$trunc", Math.trunc),
  $sum: (args) => sumOf(spread(args)),
  $avg: (args) => averageOf(spread(args)),
  $isNumber: (args) => isNumeric(args[0]),
};
