import { spread } from "#server/database/embedded/aggregate/operators-math.ts";
import { partsOf, requiredPart } from "#server/database/embedded/aggregate/operators-basic.ts";
import {
  isNullish,
  isTruthy,
  readPath,
  withVariables,
  type Compile,
  type Environment,
  type Expression,
  type PlainOperator,
  type SpecialOperator,
} from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { compareValues, equalValues } from "#server/database/embedded/values/compare.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

function needArray(value: Value | undefined, operator: string): Value[] {
  if (!Array.isArray(value)) throw new ServerError(17124, `The argument to ${operator} must be an array.`);
  return value;
}

function integer(value: Value | undefined, operator: string): number {
  if (!isNumeric(value) || !Number.isInteger(toNumber(value))) {
    throw new ServerError(28690, `${operator} takes integers.`);
  }
  return toNumber(value);
}

function elementAt(list: Value | undefined, position: number): Value | undefined {
  if (isNullish(list)) return null;
  return needArray(list, "$arrayElemAt").at(position);
}

function slice(args: (Value | undefined)[]): Value {
  const [list, first, second] = args;
  if (isNullish(list) || isNullish(first)) return null;
  const items = needArray(list, "$slice");
  if (second === undefined) {
    const count = integer(first, "$slice");
    return count < 0 ? items.slice(count) : items.slice(0, count);
  }
  const start = integer(first, "$slice");
  const from = start < 0 ? Math.max(0, items.length + start) : start;
  return items.slice(from, from + integer(second, "$slice"));
}

/** The distinct values of some arrays, with what decides equality. */
function distinct(list: readonly Value[]): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const value of list) {
    const identity = identityOf(value);
    if (!found.has(identity)) found.set(identity, value);
  }
  return found;
}

function sets(run: (all: Map<string, Value>[]) => Value): PlainOperator {
  return (args) => {
    if (args.some(isNullish)) return null;
    return run(args.map((arg) => distinct(needArray(arg, "a set operator"))));
  };
}

function toObject(list: Value | undefined): Value {
  if (isNullish(list)) return null;
  const doc = newDoc();
  for (const entry of needArray(list, "$arrayToObject")) {
    const [key, value] = Array.isArray(entry) ? entry : isDoc(entry) ? [entry["k"], entry["v"]] : [];
    if (typeof key !== "string")
      throw new ServerError(40395, "$arrayToObject takes pairs whose first part is a string.");
    doc[key] = value ?? null;
  }
  return doc;
}

function extreme(direction: 1 | -1): PlainOperator {
  return (args, environment) => {
    let best: Value = null;
    for (const value of spread(args)) {
      if (isNullish(value)) continue;
      if (best === null || compareValues(value, best, environment.collator) * direction > 0) best = value;
    }
    return best;
  };
}

export const arrayOperators: Record<string, PlainOperator> = {
  $size: ([list]) => needArray(list, "$size").length,
  $isArray: ([value]) => Array.isArray(value),
  $arrayElemAt: ([list, position]) =>
    isNullish(position) ? null : elementAt(list, integer(position, "$arrayElemAt")),
  $first: ([list]) => elementAt(list, 0),
  $last: ([list]) => elementAt(list, -1),
  $slice: slice,
  $concatArrays: (args) =>
    args.some(isNullish) ? null : args.flatMap((arg) => needArray(arg, "$concatArrays")),
  $reverseArray: ([list]) => (isNullish(list) ? null : needArray(list, "$reverseArray").toReversed()),
  $in: ([value, list], environment) =>
    needArray(list, "$in").some((item) => equalValues(item, value ?? null, environment.collator)),
  $arrayToObject: ([list]) => toObject(list),
  $objectToArray: ([doc]) => {
    if (isNullish(doc)) return null;
    if (!isDoc(doc)) throw new ServerError(40390, "$objectToArray takes a document.");
    return Object.entries(doc).map(([k, v]) => docOf({ k, v }));
  },
  $setUnion: sets((all) => [...new Map(all.flatMap((one) => [...one])).values()]),
  $setIntersection: sets((all) => {
    const [first = new Map<string, Value>(), ...rest] = all;
    return [...first].filter(([key]) => rest.every((one) => one.has(key))).map(([, value]) => value);
  }),
  $setDifference: sets(([left, right]) =>
    [...(left ?? [])].filter(([key]) => !right?.has(key)).map(([, value]) => value),
  ),
  $setEquals: sets(([first, ...rest]) =>
    rest.every((one) => one.size === first?.size && [...one.keys()].every((key) => first.has(key))),
  ),
  $setIsSubset: sets(([left, right]) => [...(left?.keys() ?? [])].every((key) => right?.has(key) === true)),
  $max: extreme(1),
  $min: extreme(-1),
};

export const specialArrayOperators: Record<string, SpecialOperator> = {
  $map: (spec, compile) =>
    eachItem(partsOf(spec, "$map"), "$map", "in", compile, (items, run) =>
      items.map((item) => run(item) ?? null),
    ),
  $filter: (spec, compile) => {
    const parts = partsOf(spec, "$filter");
    const limit = parts["limit"] === undefined ? undefined : compile(parts["limit"]);
    const filter = eachItem(parts, "$filter", "cond", compile, (items, run) =>
      items.filter((item) => isTruthy(run(item))),
    );
    return (scope) => {
      const kept = filter(scope);
      const most = limit?.(scope);
      return Array.isArray(kept) && isNumeric(most) ? kept.slice(0, toNumber(most)) : kept;
    };
  },
  $reduce: compileReduce,
  $sortArray: compileSortArray,
};

type Each = (items: Value[], run: (item: Value) => Value | undefined) => Value;

function eachItem(parts: Doc, operator: string, body: string, compile: Compile, each: Each): Expression {
  const input = compile(requiredPart(parts, "input", operator));
  const name = parts["as"] === undefined ? "this" : String(parts["as"]);
  const inner = compile(requiredPart(parts, body, operator));
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    return each(needArray(list, operator), (item) => inner(withVariables(scope, [[name, item]])));
  };
}

function compileReduce(spec: Value, compile: Compile): Expression {
  const parts = partsOf(spec, "$reduce");
  const input = compile(requiredPart(parts, "input", "$reduce"));
  const initial = compile(requiredPart(parts, "initialValue", "$reduce"));
  const inner = compile(requiredPart(parts, "in", "$reduce"));
  return (scope) => {
    const list = input(scope);
    if (isNullish(list)) return null;
    let value = initial(scope);
    for (const item of needArray(list, "$reduce")) {
      value = inner(
        withVariables(scope, [
          ["this", item],
          ["value", value],
        ]),
      );
    }
    return value;
  };
}

function compileSortArray(spec: Value, compile: Compile, environment: Environment): Expression {
  const parts = partsOf(spec, "$sortArray");
  const input = compile(requiredPart(parts, "input", "$sortArray"));
  const by = requiredPart(parts, "sortBy", "$sortArray");
  const order = isDoc(by) ? byFields(by, environment) : byValue(by, environment);
  return (scope) => {
    const list = input(scope);
    return isNullish(list) ? null : needArray(list, "$sortArray").toSorted(order);
  };
}

function byValue(direction: Value, environment: Environment): (a: Value, b: Value) => number {
  const sign = isNumeric(direction) ? toNumber(direction) : 1;
  return (a, b) => compareValues(a, b, environment.collator) * sign;
}

function byFields(by: Doc, environment: Environment): (a: Value, b: Value) => number {
  const keys = Object.entries(by).map(([path, sign]) => ({
    parts: path.split("."),
    sign: isNumeric(sign) ? toNumber(sign) : 1,
  }));
  return (a, b) => {
    for (const { parts, sign } of keys) {
      const order = compareValues(readPath(a, parts), readPath(b, parts), environment.collator);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}
