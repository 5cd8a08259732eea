import { BSONRegExp } from "bson";
import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import { isTruthy, rootScope, type Environment } from "#server/database/embedded/aggregate/scope.ts";
import { badValue, notSupported } from "#server/database/embedded/errors.ts";
import {
  bitsPredicate,
  equality,
  existence,
  membership,
  modPredicate,
  ordering,
  regexPredicate,
  sizePredicate,
  typePredicate,
} from "#server/database/embedded/query/operators.ts";
import type { Filter, Predicate } from "#server/database/embedded/query/predicate.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const LOGICAL: Readonly<Record<string, "and" | "or" | "nor">> = { $and: "and", $or: "or", $nor: "nor" };
const REFUSED_TOP = new Set(["$where", "$text", "$jsonSchema"]);
const REFUSED_FIELD = new Set([
  "$near",
  "$nearSphere",
  "$geoWithin",
  "$geoIntersects",
  "$within",
  "$maxDistance",
]);

/** Fields of a database reference: the only field names that begin with a dollar. */
const REFERENCE_FIELDS = new Set(["$ref", "$id", "$db"]);

/** Parses a query filter. Anything it does not know is refused, never ignored. */
export function parseFilter(query: Doc, environment: Environment): Filter {
  const filters: Filter[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (!name.startsWith("$") || REFERENCE_FIELDS.has(name))
      filters.push(...parseField(name, value, environment));
    else if (name !== "$comment") filters.push(parseTopLevel(name, value, environment));
  }
  return filters.length === 1 && filters[0] ? filters[0] : { kind: "and", filters };
}

function parseTopLevel(name: string, value: Value, environment: Environment): Filter {
  const kind = Object.hasOwn(LOGICAL, name) ? LOGICAL[name] : undefined;
  if (kind) {
    if (!Array.isArray(value) || value.length === 0) throw badValue(`${name} must be a nonempty array`);
    const filters = value.map((one) => {
      if (!isDoc(one)) throw badValue(`${name} argument's entries must be objects`);
      return parseFilter(one, environment);
    });
    return { kind, filters };
  }
  if (name === "$expr") return parseExpression(value, environment);
  if (name === "$alwaysTrue" || name === "$alwaysFalse")
    return { kind: name === "$alwaysTrue" ? "and" : "or", filters: [] };
  if (REFUSED_TOP.has(name)) throw notSupported(`The query operator ${name}`);
  throw badValue(
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

/** `$expr`. An equality of a field and a variable also becomes a plain condition, which an index can serve. */
function parseExpression(value: Value, environment: Environment): Filter {
  const expression = compileExpression(value, environment);
  const test: Filter = {
    kind: "expression",
    test: (doc) => isTruthy(expression(rootScope(doc, environment))),
  };
  const sides = isDoc(value) && Array.isArray(value["$eq"]) ? value["$eq"] : [];
  const path = sides.find((side) => typeof side === "string" && /^\$[^$]/.test(side));
  const variable = sides.find((side) => typeof side === "string" && side.startsWith("$$"));
  if (sides.length !== 2 || typeof path !== "string" || typeof variable !== "string") return test;
  const operand = environment.variables.get(variable.slice(2));
  if (operand === undefined) return test;
  return {
    kind: "and",
    filters: [fieldFilter(path.slice(1), equality(operand, environment.collator)), test],
  };
}

/** Whether a value is a set of operators rather than a value to be equal to. */
export function isOperatorDoc(value: Value | undefined): value is Doc {
  if (!isDoc(value)) return false;
  const [first] = Object.keys(value);
  return first !== undefined && first.startsWith("$") && !REFERENCE_FIELDS.has(first);
}

function parseField(path: string, value: Value, environment: Environment): Filter[] {
  if (value instanceof BSONRegExp) return [fieldFilter(path, regexPredicate(value))];
  if (!isOperatorDoc(value)) return [fieldFilter(path, equality(value, environment.collator))];
  const filters: Filter[] = [];
  for (const [operator, operand] of Object.entries(value)) {
    if (operator === "$options") {
      if (value["$regex"] === undefined) throw badValue("$options needs a $regex");
    } else {
      filters.push(parseOperator(path, operator, operand, value, environment));
    }
  }
  return filters;
}

function fieldFilter(path: string, predicate: Predicate): Filter {
  return { kind: "field", path, parts: path === "" ? [] : path.split("."), predicate };
}

function not(filter: Filter): Filter {
  return { kind: "not", filter };
}

function parseOperator(
  path: string,
  operator: string,
  operand: Value,
  all: Doc,
  environment: Environment,
): Filter {
  const { collator } = environment;
  switch (operator) {
    case "$eq":
      return fieldFilter(path, equality(operand, collator));
    case "$ne":
      if (operand instanceof BSONRegExp) throw badValue("Can't have regex as arg to $ne.");
      return not(fieldFilter(path, equality(operand, collator)));
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      if (operand instanceof BSONRegExp)
        throw badValue(`Can't have RegEx as arg to predicate over field '${path}'.`);
      return fieldFilter(path, ordering(orderOf(operator), operand, collator));
    case "$in":
      return fieldFilter(path, membership(operand, collator));
    case "$nin":
      if (!Array.isArray(operand)) throw badValue("$nin needs an array");
      return not(fieldFilter(path, membership(operand, collator)));
    case "$exists":
      return truthyOption(operand) ? fieldFilter(path, existence()) : not(fieldFilter(path, existence()));
    case "$not":
      return parseNot(path, operand, environment);
    case "$regex":
      return fieldFilter(path, regexPredicate(regexOperand(operand, all["$options"])));
    case "$elemMatch":
      return parseElements(path, operand, environment);
    case "$all":
      return parseAll(path, operand, environment);
    default:
      return fieldFilter(path, parseRareOperator(operator, operand));
  }
}

function orderOf(operator: "$gt" | "$gte" | "$lt" | "$lte"): "gt" | "gte" | "lt" | "lte" {
  const orders = { $gt: "gt", $gte: "gte", $lt: "lt", $lte: "lte" } as const;
  return orders[operator];
}

function parseRareOperator(operator: string, operand: Value): Predicate {
  switch (operator) {
    case "$type":
      return typePredicate(operand);
    case "$size":
      return sizePredicate(operand);
    case "$mod":
      return modPredicate(operand);
    case "$bitsAllSet":
    case "$bitsAllClear":
    case "$bitsAnySet":
    case "$bitsAnyClear":
      return bitsPredicate(operator, operand);
    default:
      if (REFUSED_FIELD.has(operator)) throw notSupported(`The query operator ${operator}`);
      throw badValue(`unknown operator: ${operator}`);
  }
}

function truthyOption(value: Value): boolean {
  if (isNumeric(value)) return toNumber(value) !== 0;
  return value !== false && value !== null;
}

function regexOperand(pattern: Value, options: Value | undefined): BSONRegExp {
  if (options !== undefined && typeof options !== "string") throw badValue("$options has to be a string");
  if (pattern instanceof BSONRegExp)
    return options === undefined ? pattern : new BSONRegExp(pattern.pattern, options);
  if (typeof pattern !== "string") throw badValue("$regex has to be a string");
  const unknown = /[^imsxu]/.exec(options ?? "");
  if (unknown) throw badValue(`invalid flag in regex options: ${unknown[0]}`);
  return new BSONRegExp(pattern, options ?? "");
}

function parseNot(path: string, operand: Value, environment: Environment): Filter {
  if (operand instanceof BSONRegExp) return not(fieldFilter(path, regexPredicate(operand)));
  if (!isDoc(operand)) throw badValue("$not needs a regex or a document");
  if (!isOperatorDoc(operand)) throw badValue("$not cannot be empty and takes operators only");
  return not({ kind: "and", filters: parseField(path, operand, environment) });
}

/** `$elemMatch` over documents (a filter) or over plain values (operators). */
function parseElements(path: string, operand: Value, environment: Environment): Filter {
  if (!isDoc(operand)) throw badValue("$elemMatch needs an Object");
  const [first] = Object.keys(operand);
  const ofValues =
    isOperatorDoc(operand) && first !== undefined && !Object.hasOwn(LOGICAL, first) && first !== "$expr";
  const element: Filter = ofValues
    ? { kind: "and", filters: parseField("", operand, environment) }
    : parseFilter(operand, environment);
  return { kind: "elements", path, parts: path.split("."), element, ofDocs: !ofValues };
}

function parseAll(path: string, operand: Value, environment: Environment): Filter {
  if (!Array.isArray(operand)) throw badValue("$all needs an array");
  if (operand.length === 0) return { kind: "or", filters: [] };
  const filters = operand.map((item): Filter => {
    if (isDoc(item) && item["$elemMatch"] !== undefined)
      return parseElements(path, item["$elemMatch"], environment);
    if (item instanceof BSONRegExp) return fieldFilter(path, regexPredicate(item));
    return fieldFilter(path, equality(item, environment.collator));
  });
  return { kind: "and", filters };
}
