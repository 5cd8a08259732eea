import type { Collator } from "#server/database/embedded/values/compare.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Value } from "#server/database/embedded/values/value.ts";

/** What an expression sees: the document and the variables (`$$name`). */
export type Scope = { root: Value; variables: ReadonlyMap<string, Value | undefined> };

/** What holds for a whole command: its collation, its `let` variables and its one reading of the clock. */
export type Environment = {
  collator: Collator;
  variables: ReadonlyMap<string, Value | undefined>;
  now: Date;
};

/** A compiled expression; `undefined` means that the value is missing. */
export type Expression = (scope: Scope) => Value | undefined;
export type Compile = (spec: Value) => Expression;

/** An operator over evaluated arguments. */
export type PlainOperator = (args: (Value | undefined)[], environment: Environment) => Value | undefined;
/** An operator that decides itself what to evaluate, and in which scope. */
export type SpecialOperator = (spec: Value, compile: Compile, environment: Environment) => Expression;

/** The scope of one document at the top of a pipeline or filter. */
export function rootScope(root: Value, environment: Environment): Scope {
  return { root, variables: environment.variables };
}

/** The scope with more variables. */
export function withVariables(scope: Scope, added: Iterable<[string, Value | undefined]>): Scope {
  return { root: scope.root, variables: new Map([...scope.variables, ...added]) };
}

/** Whether aggregation takes a value for true: all but missing, null, false and zero. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !isNumeric(value) || toNumber(value) !== 0;
}

/** A field path read the way aggregation does: arrays on the way are mapped over. */
export function readPath(value: Value | undefined, parts: readonly string[], from = 0): Value | undefined {
  if (from === parts.length) return value;
  if (Array.isArray(value)) {
    const found = value.map((item) => readPath(item, parts, from)).filter((item) => item !== undefined);
    return found;
  }
  return isDoc(value) ? readPath(value[parts[from] ?? ""], parts, from + 1) : undefined;
}

export function isNullish(value: Value | undefined): value is null | undefined {
  return value === null || value === undefined;
}
