import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import {
  rootScope,
  type Environment,
  type Expression,
  type Scope,
} from "#server/database/embedded/aggregate/scope.ts";
import { badValue, notSupported, ServerError } from "#server/database/embedded/errors.ts";
import { elementMatches } from "#server/database/embedded/query/match.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { matchedIndex } from "#server/database/embedded/query/positional.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

type Branch = { kind: "branch"; children: Map<string, Node> };
type Node =
  | { kind: "include" }
  | { kind: "exclude" }
  | Branch
  | { kind: "compute"; expression: Expression }
  | { kind: "slice"; skip: number; limit: number }
  | { kind: "elements"; filter: Filter & { kind: "elements" } }
  | { kind: "positional"; path: string };

export type Projection = (doc: Doc) => Doc;
/** `find` also knows `$slice`, `$elemMatch` and the positional `$`; `$project` does not. */
type Dialect = { kind: "find"; filter: Filter } | { kind: "project" };

/** Parses a projection; `undefined` when it keeps everything. */
export function parseProjection(
  spec: Doc,
  environment: Environment,
  dialect: Dialect,
): Projection | undefined {
  const root: Branch = { kind: "branch", children: new Map() };
  const seen = new Set<"include" | "exclude">();
  const builder: Builder = { environment, dialect, seen };
  for (const [path, value] of Object.entries(spec)) addPath(root, path, value, builder);
  if (root.children.size === 0) {
    if (dialect.kind === "project")
      throw new ServerError(51272, "Invalid $project: it needs at least one field.");
    return undefined;
  }
  if (seen.has("include") && seen.has("exclude")) {
    throw new ServerError(31254, "Cannot mix inclusion and exclusion in one projection, except for _id.");
  }
  const id = root.children.get("_id");
  const inclusive =
    seen.has("include") ||
    (!seen.has("exclude") && (id?.kind === "include" || id?.kind === "compute") && root.children.size === 1);
  const filter = dialect.kind === "find" ? dialect.filter : undefined;
  if (inclusive) {
    if (!id) root.children.set("_id", { kind: "include" });
    return (doc) => include(doc, root, { scope: rootScope(doc, environment), filter, root: doc });
  }
  return (doc) => exclude(doc, root, { scope: rootScope(doc, environment), filter, root: doc });
}

type Builder = { environment: Environment; dialect: Dialect; seen: Set<"include" | "exclude"> };
type Context = { scope: Scope; filter: Filter | undefined; root: Doc };

function addPath(root: Branch, path: string, value: Value, builder: Builder): void {
  const positional = path.endsWith(".$") && builder.dialect.kind === "find";
  const clean = positional ? path.slice(0, -2) : path;
  const nested = isDoc(value) && !Object.keys(value).some((name) => name.startsWith("$"));
  if (nested) {
    const entries = Object.entries(value);
    if (entries.length === 0) throw new ServerError(51270, "An empty sub-projection is not a valid value.");
    for (const [name, inner] of entries) addPath(root, `${clean}.${name}`, inner, builder);
    return;
  }
  const node = positional ? ({ kind: "positional", path: clean } as const) : leafFor(clean, value, builder);
  if (clean !== "_id") note(node, builder);
  place(root, clean, node);
}

function note(node: Node, builder: Builder): void {
  if (node.kind === "exclude") builder.seen.add("exclude");
  else if (node.kind !== "slice") builder.seen.add("include");
}

function place(root: Branch, path: string, node: Node): void {
  const parts = path.split(".");
  if (parts.some((part) => part === "" || part.startsWith("$")))
    throw new ServerError(16410, `The projection path '${path}' is not valid.`);
  let branch = root;
  for (const part of parts.slice(0, -1)) {
    const next = branch.children.get(part) ?? { kind: "branch" as const, children: new Map<string, Node>() };
    if (next.kind !== "branch") throw new ServerError(31249, `Path collision at ${path}`);
    branch.children.set(part, next);
    branch = next;
  }
  const last = parts.at(-1) ?? "";
  if (branch.children.has(last)) throw new ServerError(31250, `Path collision at ${path}`);
  branch.children.set(last, node);
}

function leafFor(path: string, value: Value, builder: Builder): Node {
  if (value === true || value === false) return { kind: value ? "include" : "exclude" };
  if (isNumeric(value)) return { kind: toNumber(value) === 0 ? "exclude" : "include" };
  if (isDoc(value) && builder.dialect.kind === "find") {
    if (value["$slice"] !== undefined && !needsExpression(value["$slice"])) return sliceNode(value["$slice"]);
    if (value["$elemMatch"] !== undefined) return elementsNode(path, value["$elemMatch"], builder);
    if (value["$meta"] !== undefined) throw notSupported("Projecting $meta");
  }
  return { kind: "compute", expression: compileExpression(value, builder.environment) };
}

/** `$slice` is also an expression, whose first argument is an array or a path. */
function needsExpression(operand: Value): boolean {
  return Array.isArray(operand) && (operand.length > 2 || !isNumeric(operand[0]));
}

function sliceNode(operand: Value): Node {
  const [skip, limit] = Array.isArray(operand) ? operand : [operand];
  if (!isNumeric(skip)) throw badValue("$slice takes numbers");
  if (isNumeric(limit)) return { kind: "slice", skip: toNumber(skip), limit: toNumber(limit) };
  const count = toNumber(skip);
  return { kind: "slice", skip: Math.min(count, 0), limit: Math.abs(count) };
}

function elementsNode(path: string, operand: Value, builder: Builder): Node {
  const holder = newDoc();
  const condition = newDoc();
  condition["$elemMatch"] = operand;
  holder[path] = condition;
  const filter = parseFilter(holder, builder.environment);
  if (filter.kind !== "elements") throw badValue("$elemMatch needs an Object");
  return { kind: "elements", filter };
}

function include(doc: Doc, branch: Branch, context: Context): Doc {
  const result = newDoc();
  for (const key of Object.keys(doc)) {
    const node = branch.children.get(key);
    const value = node && node.kind !== "compute" ? kept(doc[key] ?? null, node, context) : undefined;
    if (value !== undefined) result[key] = value;
  }
  for (const [key, node] of branch.children) {
    const value = added(doc, key, node, context);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** What an inclusion adds that the document may not have: computed fields. */
function added(doc: Doc, key: string, node: Node, context: Context): Value | undefined {
  if (node.kind === "compute") return node.expression(context.scope);
  if (node.kind === "branch" && doc[key] === undefined && computes(node))
    return include(newDoc(), node, context);
  return undefined;
}

function computes(branch: Branch): boolean {
  return [...branch.children.values()].some(
    (node) => node.kind === "compute" || (node.kind === "branch" && computes(node)),
  );
}

/** A field's value after an including node; `undefined` drops it. */
function kept(value: Value, node: Node, context: Context): Value | undefined {
  switch (node.kind) {
    case "include":
      return value;
    case "branch":
      return keptBranch(value, node, context);
    case "exclude":
    case "compute":
      return undefined;
    default:
      return reshaped(value, node, context);
  }
}

function keptBranch(value: Value, node: Branch, context: Context): Value | undefined {
  if (isDoc(value)) return include(value, node, context);
  if (!Array.isArray(value)) return computes(node) ? include(newDoc(), node, context) : undefined;
  return value.map((item) => keptBranch(item, node, context)).filter((item) => item !== undefined);
}

function reshaped(
  value: Value,
  node: Node & { kind: "slice" | "elements" | "positional" },
  context: Context,
): Value | undefined {
  if (!Array.isArray(value)) return node.kind === "elements" ? undefined : value;
  switch (node.kind) {
    case "slice": {
      const from = node.skip < 0 ? Math.max(0, value.length + node.skip) : node.skip;
      return value.slice(from, from + node.limit);
    }
    case "elements": {
      const hit = value.find((item) => elementMatches(node.filter, item));
      return hit === undefined ? undefined : [hit];
    }
    case "positional": {
      const index = context.filter ? matchedIndex(context.filter, context.root, node.path) : undefined;
      const item = index === undefined ? undefined : value[index];
      if (item === undefined)
        throw new ServerError(51246, "The positional projection did not find the element that matched.");
      return [item];
    }
  }
}

function exclude(doc: Doc, branch: Branch, context: Context): Doc {
  const result = newDoc();
  for (const key of Object.keys(doc)) {
    const node = branch.children.get(key);
    const value = node ? remaining(doc[key] ?? null, node, context) : doc[key];
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function remaining(value: Value, node: Node, context: Context): Value | undefined {
  if (node.kind === "exclude") return undefined;
  if (node.kind === "branch") {
    if (isDoc(value)) return exclude(value, node, context);
    return Array.isArray(value) ? value.map((item) => remaining(item, node, context) ?? null) : value;
  }
  return node.kind === "include" || node.kind === "compute" ? value : reshaped(value, node, context);
}
