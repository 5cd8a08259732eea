import {
  isNullish,
  isTruthy,
  withVariables,
  type Compile,
  type Expression,
  type PlainOperator,
  type SpecialOperator,
} from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { compareValues } from "#server/database/embedded/values/compare.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** A missing value is below null here, unlike in sorting: `{$gt: ["$a", null]}` tests for presence. */
function compareArgs(
  left: Value | undefined,
  right: Value | undefined,
  collator: Parameters<typeof compareValues>[2],
): number {
  if (left === undefined || right === undefined) {
    if (left === right) return 0;
    const other = compareValues(left, right, collator);
    return other !== 0 ? other : left === undefined ? -1 : 1;
  }
  return compareValues(left, right, collator);
}

function comparison(holds: (order: number) => boolean): PlainOperator {
  return (args, environment) => {
    exactly(args, 2);
    return holds(compareArgs(args[0], args[1], environment.collator));
  };
}

/** Refuses a wrong number of arguments (code 16020). */
export function exactly(args: readonly unknown[], count: number): void {
  if (args.length !== count) {
    throw new ServerError(16020, `The expression takes exactly ${count} arguments, but got ${args.length}.`);
  }
}

export const basicOperators: Record<string, PlainOperator> = {
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $cmp: (args, environment) => {
    exactly(args, 2);
    return Math.sign(compareArgs(args[0], args[1], environment.collator));
  },
  $not: (args) => !isTruthy(args[0]),
  $mergeObjects: (args) => mergeObjects(args.length === 1 && Array.isArray(args[0]) ? args[0] : args),
};

function mergeObjects(values: readonly (Value | undefined)[]): Doc {
  const merged = newDoc();
  for (const value of values) {
    if (isNullish(value)) continue;
    if (!isDoc(value)) throw new ServerError(40400, "$mergeObjects takes documents only.");
    for (const [name, inner] of Object.entries(value)) merged[name] = inner;
  }
  return merged;
}

function list(spec: Value, compile: Compile): Expression[] {
  return (Array.isArray(spec) ? spec : [spec]).map(compile);
}

/** The named parts of an operator's argument document. */
export function partsOf(spec: Value, operator: string): Doc {
  if (!isDoc(spec)) throw new ServerError(9, `${operator} takes a document.`);
  return spec;
}

/** One required part. */
export function requiredPart(spec: Doc, name: string, operator: string): Value {
  const value = spec[name];
  if (value === undefined) throw new ServerError(9, `${operator} needs '${name}'.`);
  return value;
}

export const specialBasicOperators: Record<string, SpecialOperator> = {
  $literal: (spec) => () => spec,
  $and: (spec, compile) => {
    const items = list(spec, compile);
    return (scope) => items.every((item) => isTruthy(item(scope)));
  },
  $or: (spec, compile) => {
    const items = list(spec, compile);
    return (scope) => items.some((item) => isTruthy(item(scope)));
  },
  $ifNull: (spec, compile) => {
    const items = list(spec, compile);
    return (scope) => {
      let last: Value | undefined;
      for (const item of items) {
        last = item(scope);
        if (!isNullish(last)) return last;
      }
      return last;
    };
  },
  $cond: compileCond,
  $switch: compileSwitch,
  $let: compileLet,
  $getField: compileGetField,
  $setField: (spec, compile) => compileSetField(partsOf(spec, "$setField"), "$setField", compile),
  $unsetField: (spec, compile) => compileSetField(partsOf(spec, "$unsetField"), "$unsetField", compile),
  $expr: (spec, compile) => compile(spec),
};

function compileCond(spec: Value, compile: Compile): Expression {
  const [test, yes, no] = Array.isArray(spec)
    ? spec
    : [spec]
        .map((one) => partsOf(one, "$cond"))
        .flatMap((one) => ["if", "then", "else"].map((part) => requiredPart(one, part, "$cond")));
  if (test === undefined || yes === undefined || no === undefined)
    throw new ServerError(16020, "$cond takes three arguments.");
  const [condition, whenTrue, whenFalse] = [compile(test), compile(yes), compile(no)];
  return (scope) => (isTruthy(condition(scope)) ? whenTrue(scope) : whenFalse(scope));
}

function compileSwitch(spec: Value, compile: Compile): Expression {
  const parts = partsOf(spec, "$switch");
  const branches = requiredPart(parts, "branches", "$switch");
  const cases = (Array.isArray(branches) ? branches : []).map((branch) => {
    const one = partsOf(branch, "$switch");
    return {
      test: compile(requiredPart(one, "case", "$switch")),
      value: compile(requiredPart(one, "then", "$switch")),
    };
  });
  const otherwise = parts["default"] === undefined ? undefined : compile(parts["default"]);
  return (scope) => {
    const hit = cases.find((one) => isTruthy(one.test(scope)));
    if (hit) return hit.value(scope);
    if (!otherwise) throw new ServerError(40066, "$switch found no branch that holds and has no default.");
    return otherwise(scope);
  };
}

function compileLet(spec: Value, compile: Compile): Expression {
  const parts = partsOf(spec, "$let");
  const vars = Object.entries(partsOf(requiredPart(parts, "vars", "$let"), "$let"));
  const values = vars.map(([name, value]) => ({ name, value: compile(value) }));
  const inner = compile(requiredPart(parts, "in", "$let"));
  return (scope) =>
    inner(
      withVariables(
        scope,
        values.map(({ name, value }): [string, Value | undefined] => [name, value(scope)]),
      ),
    );
}

function compileGetField(spec: Value, compile: Compile): Expression {
  const parts = isDoc(spec) && spec["field"] !== undefined ? spec : undefined;
  const name = compile(parts ? (parts["field"] ?? null) : spec);
  const input = compile(parts?.["input"] ?? "$$CURRENT");
  return (scope) => {
    const from = input(scope);
    const key = name(scope);
    if (isNullish(from)) return from;
    return isDoc(from) && typeof key === "string" ? from[key] : undefined;
  };
}

function compileSetField(parts: Doc, operator: string, compile: Compile): Expression {
  const name = compile(requiredPart(parts, "field", operator));
  const input = compile(requiredPart(parts, "input", operator));
  const value =
    operator === "$unsetField" ? () => undefined : compile(requiredPart(parts, "value", operator));
  return (scope) => {
    const from = input(scope);
    const key = name(scope);
    if (!isDoc(from) || typeof key !== "string") return null;
    const next = mergeObjects([from]);
    const assigned = value(scope);
    if (assigned === undefined) delete next[key];
    else next[key] = assigned;
    return next;
  };
}
