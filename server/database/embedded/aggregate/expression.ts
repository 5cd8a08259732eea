import {
  arrayOperators,
  specialArrayOperators,
} from "#server/database/embedded/aggregate/operators-array.ts";
import {
  basicOperators,
  specialBasicOperators,
} from "#server/database/embedded/aggregate/operators-basic.ts";
import { convertOperators } from "#server/database/embedded/aggregate/operators-convert.ts";
import { mathOperators } from "#server/database/embedded/aggregate/operators-math.ts";
import { mingoOperator } from "#server/database/embedded/aggregate/mingo-bridge.ts";
import {
  readPath,
  rootScope,
  type Environment,
  type Expression,
  type PlainOperator,
  type Scope,
  type SpecialOperator,
} from "#server/database/embedded/aggregate/scope.ts";
import { notSupported, ServerError } from "#server/database/embedded/errors.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const PLAIN: ReadonlyMap<string, PlainOperator> = new Map(
  Object.entries({ ...basicOperators, ...mathOperators, ...arrayOperators, ...convertOperators }),
);
const SPECIAL: ReadonlyMap<string, SpecialOperator> = new Map(
  Object.entries({ ...specialBasicOperators, ...specialArrayOperators }),
);
const REFUSED = new Set(["$function", "$accumulator", "$where", "$meta", "$toHashedIndexKey"]);

/** Compiles an aggregation expression. Unknown operators are refused with code 168. */
export function compileExpression(spec: Value, environment: Environment): Expression {
  if (typeof spec === "string" && spec.startsWith("$")) return compilePath(spec, environment);
  if (Array.isArray(spec)) {
    const items = spec.map((item) => compileExpression(item, environment));
    return (scope) => items.map((item) => item(scope) ?? null);
  }
  if (!isDoc(spec)) return () => spec;
  const names = Object.keys(spec);
  const operator = names.find((name) => name.startsWith("$"));
  if (operator === undefined) return compileObject(spec, environment);
  if (names.length !== 1) {
    throw new ServerError(
      15983,
      `An expression must have exactly one operator, but this one has ${names.length} fields.`,
    );
  }
  return compileOperator(operator, spec[operator] ?? null, environment);
}

/** Evaluates an expression that uses no document (`let` values, limits). */
export function evaluateConstant(spec: Value, environment: Environment): Value | undefined {
  return compileExpression(spec, environment)(rootScope(newDoc(), environment));
}

function compileObject(spec: Doc, environment: Environment): Expression {
  const fields = Object.entries(spec).map(([name, value]) => ({
    name,
    value: compileExpression(value, environment),
  }));
  return (scope) => {
    const doc = newDoc();
    for (const { name, value } of fields) {
      const result = value(scope);
      if (result !== undefined) doc[name] = result;
    }
    return doc;
  };
}

function compileOperator(name: string, spec: Value, environment: Environment): Expression {
  const compile = (inner: Value): Expression => compileExpression(inner, environment);
  if (REFUSED.has(name)) throw notSupported(`The expression ${name}`);
  const special = SPECIAL.get(name);
  if (special) return special(spec, compile, environment);
  const plain = PLAIN.get(name);
  if (!plain) return mingoOperator(name, spec, compile);
  const args = (Array.isArray(spec) ? spec : [spec]).map(compile);
  return (scope) =>
    plain(
      args.map((arg) => arg(scope)),
      environment,
    );
}

function compilePath(text: string, environment: Environment): Expression {
  if (text.startsWith("$$")) return compileVariable(text.slice(2), environment);
  const parts = text.slice(1).split(".");
  if (parts.some((part) => part === "")) {
    throw new ServerError(40353, `The field path "${text}" has an empty part.`);
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined)
    return (scope) => (isDoc(scope.root) ? scope.root[only] : undefined);
  return (scope) => readPath(scope.root, parts);
}

function compileVariable(text: string, environment: Environment): Expression {
  const [name = "", ...rest] = text.split(".");
  return (scope) => readPath(variable(scope, name, environment), rest);
}

function variable(scope: Scope, name: string, environment: Environment): Value | undefined {
  switch (name) {
    case "ROOT":
      return scope.variables.has("ROOT") ? scope.variables.get("ROOT") : scope.root;
    case "CURRENT":
      return scope.root;
    case "NOW":
      return environment.now;
    case "REMOVE":
      return undefined;
    default:
      if (scope.variables.has(name)) return scope.variables.get(name);
      throw new ServerError(17276, `Use of undefined variable: ${name}`);
  }
}
