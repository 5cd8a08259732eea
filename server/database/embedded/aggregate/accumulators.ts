import { averageOf } from "#server/database/embedded/aggregate/operators-math.ts";
import { isNullish, type Environment } from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { compareValues } from "#server/database/embedded/values/compare.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import {
  addNumbers,
  doubleOf,
  isNumeric,
  toNumber,
  type Numeric,
} from "#server/database/embedded/values/numbers.ts";
import { isDoc, newDoc, type Value } from "#server/database/embedded/values/value.ts";

/** Collects the values of one group. */
export type Accumulator = { add(value: Value | undefined): void; result(): Value };
type MakeAccumulator = (environment: Environment) => Accumulator;

function folding(
  initial: Value,
  fold: (current: Value, value: Value | undefined, isFirst: boolean) => Value,
): MakeAccumulator {
  return () => {
    let current = initial;
    let isFirst = true;
    return {
      add: (value) => {
        current = fold(current, value, isFirst);
        isFirst = false;
      },
      result: () => current,
    };
  };
}

function extreme(sign: 1 | -1): MakeAccumulator {
  return (environment) =>
    folding(null, (best, value) => {
      if (isNullish(value)) return best;
      return best === null || compareValues(value, best, environment.collator) * sign > 0 ? value : best;
    })(environment);
}

function listing(finish: (values: Value[]) => Value, skipMissing = true): MakeAccumulator {
  return () => {
    const values: Value[] = [];
    return {
      add: (value) => {
        if (value !== undefined) values.push(value);
        else if (!skipMissing) values.push(null);
      },
      result: () => finish(values),
    };
  };
}

function sum(): Accumulator {
  let total: Numeric = 0;
  return {
    add: (value) => {
      if (isNumeric(value)) total = addNumbers(total, value);
    },
    result: () => total,
  };
}

function addToSet(): Accumulator {
  const found = new Map<string, Value>();
  return {
    add: (value) => {
      if (value !== undefined) found.set(identityOf(value), value);
    },
    result: () => [...found.values()],
  };
}

function deviation(sample: boolean): (values: Value[]) => Value {
  return (values) => {
    const numbers = values.filter(isNumeric).map(toNumber);
    const count = numbers.length - (sample ? 1 : 0);
    if (count <= 0) return null;
    const mean = numbers.reduce((total, one) => total + one, 0) / numbers.length;
    return doubleOf(Math.sqrt(numbers.reduce((total, one) => total + (one - mean) ** 2, 0) / count));
  };
}

const ACCUMULATORS: ReadonlyMap<string, MakeAccumulator> = new Map<string, MakeAccumulator>([
  ["$sum", sum],
  ["$count", counter],
  ["$avg", listing((values) => averageOf(values))],
  ["$min", extreme(-1)],
  ["$max", extreme(1)],
  ["$first", folding(null, (current, value, isFirst) => (isFirst ? (value ?? null) : current))],
  ["$last", folding(null, (_current, value) => value ?? null)],
  ["$push", listing((values) => values)],
  ["$addToSet", addToSet],
  ["$stdDevPop", listing(deviation(false))],
  ["$stdDevSamp", listing(deviation(true))],
  [
    "$mergeObjects",
    listing((values) => {
      const merged = newDoc();
      for (const value of values)
        if (isDoc(value)) for (const [name, inner] of Object.entries(value)) merged[name] = inner;
      return merged;
    }),
  ],
]);

function counter(): Accumulator {
  let count = 0;
  return {
    add: () => {
      count += 1;
    },
    result: () => count,
  };
}

/** Finds an accumulator; unknown ones are refused (code 15952). */
export function accumulatorFor(name: string): MakeAccumulator {
  const found = ACCUMULATORS.get(name);
  if (!found) throw new ServerError(15952, `unknown group operator '${name}'`);
  return found;
}
