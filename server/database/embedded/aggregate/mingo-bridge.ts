import { createRequire } from "node:module";
import { Double, Int32, Long, Timestamp } from "bson";
import type { Compile, Expression } from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { isDoc, newDoc, type Value } from "#server/database/embedded/values/value.ts";

/**
 * The long tail of expression operators (dates, strings, trigonometry) comes from mingo. It gets only finished
 * argument values, as plain objects and plain numbers, so its comparator and its `for..in` never see documents.
 */
type Evaluate = (root: unknown, expression: unknown, options: unknown) => unknown;
type Mingo = { names: ReadonlySet<string>; evaluate: Evaluate; options: unknown };

let loaded: Mingo | undefined;

/** Loaded on first use: it costs start-up time and memory that most processes never need. */
function mingo(): Mingo {
  if (!loaded) {
    const load = createRequire(import.meta.url);
    const core = load("mingo/core") as { Context: { init(groups: object): unknown }; evalExpr: Evaluate };
    const operators = load("mingo/operators/expression") as Record<string, unknown>;
    loaded = {
      names: new Set(Object.keys(operators)),
      evaluate: core.evalExpr,
      options: {
        context: core.Context.init({ expression: { ...operators } }),
        scriptEnabled: false,
        failOnError: true,
        useStrictMode: true,
        processingMode: 0,
        idKey: "_id",
      },
    };
  }
  return loaded;
}

/** Compiles an operator that only mingo knows; code 168 when it does not know it either. */
export function mingoOperator(name: string, spec: Value, compile: Compile): Expression {
  const { names, evaluate, options } = mingo();
  if (!names.has(name)) throw new ServerError(168, `Unrecognized expression '${name}'`);
  const argument = compileArguments(spec, compile);
  return (scope) => {
    try {
      return fromPlain(evaluate({}, { [name]: argument(scope) }, options));
    } catch (error) {
      if (error instanceof ServerError) throw error;
      throw new ServerError(
        40324,
        `${name} failed: ${error instanceof Error ? error.message : "unknown fault"}`,
      );
    }
  };
}

/** Evaluates our way, then hands each argument over as a literal. */
function compileArguments(spec: Value, compile: Compile): (scope: Parameters<Expression>[0]) => unknown {
  if (Array.isArray(spec)) {
    const items = spec.map(compile);
    return (scope) => items.map((item) => literal(item(scope)));
  }
  if (isDoc(spec) && !Object.keys(spec).some((name) => name.startsWith("$"))) {
    const parts = Object.entries(spec).map(([name, value]) => ({ name, value: compile(value) }));
    return (scope) => Object.fromEntries(parts.map(({ name, value }) => [name, literal(value(scope))]));
  }
  const only = compile(spec);
  return (scope) => literal(only(scope));
}

function literal(value: Value | undefined): unknown {
  return { $literal: toPlain(value) };
}

function toPlain(value: Value | undefined): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Double || value instanceof Int32) return value.value;
  if (value instanceof Long && !(value instanceof Timestamp)) return value.toNumber();
  if (!isDoc(value)) return value;
  const plain = {};
  for (const [name, inner] of Object.entries(value)) {
    Object.defineProperty(plain, name, {
      value: toPlain(inner),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return plain;
}

function fromPlain(value: unknown): Value | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => fromPlain(item) ?? null);
  if (typeof value === "bigint") return Long.fromBigInt(value);
  const known = value as Value;
  if (!isDoc(known)) return known;
  const doc = newDoc();
  for (const [name, inner] of Object.entries(known)) doc[name] = fromPlain(inner) ?? null;
  return doc;
}
