import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import { rootScope, type Environment, type Expression } from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { parseProjection } from "#server/database/embedded/query/projection.ts";
import { cloneDoc, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** A stage that makes one document out of one document; these are also what pipeline updates may use. */
export type Transform = (doc: Doc) => Doc;

/** Compiles a one-to-one stage; `undefined` when the stage is of another sort. */
export function compileTransform(name: string, spec: Value, environment: Environment): Transform | undefined {
  switch (name) {
    case "$set":
    case "$addFields":
      return compileAddFields(name, spec, environment);
    case "$unset":
      return compileUnset(spec, environment);
    case "$project": {
      if (!isDoc(spec)) throw new ServerError(15969, "$project specification must be an object");
      return parseProjection(spec, environment, { kind: "project" });
    }
    case "$replaceRoot":
      return compileReplace(isDoc(spec) ? (spec["newRoot"] ?? null) : null, environment);
    case "$replaceWith":
      return compileReplace(spec, environment);
    default:
      return undefined;
  }
}

type Assignment = { parts: string[]; expression: Expression };

function compileAddFields(name: string, spec: Value, environment: Environment): Transform {
  if (!isDoc(spec)) throw new ServerError(40272, `${name} specification stage must be an object`);
  const assignments: Assignment[] = [];
  gather(spec, [], assignments, environment);
  return (doc) => {
    const scope = rootScope(doc, environment);
    const values = assignments.map(({ expression }) => expression(scope));
    const next = cloneDoc(doc);
    for (const [index, { parts }] of assignments.entries()) assign(next, parts, 0, values[index]);
    return next;
  };
}

function gather(spec: Doc, prefix: string[], into: Assignment[], environment: Environment): void {
  for (const [path, value] of Object.entries(spec)) {
    const parts = [...prefix, ...path.split(".")];
    if (parts.some((part) => part === "" || part.startsWith("$"))) {
      throw new ServerError(16410, `The field path '${parts.join(".")}' is not valid.`);
    }
    const isNested =
      isDoc(value) &&
      Object.keys(value).length > 0 &&
      !Object.keys(value).some((name) => name.startsWith("$"));
    if (isNested) gather(value, parts, into, environment);
    else into.push({ parts, expression: compileExpression(value, environment) });
  }
}

/** Sets a field, entering every element of the arrays on the way; a missing value removes the field. */
function assign(doc: Doc, parts: readonly string[], from: number, value: Value | undefined): void {
  const part = parts[from] ?? "";
  if (from === parts.length - 1) {
    if (value === undefined) delete doc[part];
    else doc[part] = value;
    return;
  }
  const inner = doc[part];
  doc[part] = assignInside(inner, parts, from + 1, value);
}

function assignInside(
  inner: Value | undefined,
  parts: readonly string[],
  from: number,
  value: Value | undefined,
): Value {
  if (Array.isArray(inner)) return inner.map((item) => assignInside(item, parts, from, value));
  const holder = isDoc(inner) ? inner : newDoc();
  assign(holder, parts, from, value);
  return holder;
}

function compileUnset(spec: Value, environment: Environment): Transform | undefined {
  const fields = Array.isArray(spec) ? spec : [spec];
  const projection = newDoc();
  for (const name of fields) {
    if (typeof name !== "string")
      throw new ServerError(31002, "$unset specification must be a string or an array of strings");
    projection[name] = 0;
  }
  return parseProjection(projection, environment, { kind: "project" });
}

function compileReplace(spec: Value, environment: Environment): Transform {
  const expression = compileExpression(spec, environment);
  return (doc) => {
    const next = expression(rootScope(doc, environment));
    if (!isDoc(next)) throw new ServerError(40228, "The new root must evaluate to an object.");
    return next;
  };
}
