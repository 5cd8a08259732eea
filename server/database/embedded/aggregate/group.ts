import { accumulatorFor, type Accumulator } from "#server/database/embedded/aggregate/accumulators.ts";
import { compileExpression } from "#server/database/embedded/aggregate/expression.ts";
import { rootScope, type Environment, type Expression } from "#server/database/embedded/aggregate/scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { compareValues } from "#server/database/embedded/values/compare.ts";
import { identityOf } from "#server/database/embedded/values/key-encode.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

type Field = { name: string; make(): Accumulator; value: Expression };
type Group = { id: Value; accumulators: Accumulator[] };

/** More groups than this are refused instead of filling the memory. */
const MAX_GROUPS = 500_000;

/** `$group`. */
export function compileGroup(
  spec: Value,
  environment: Environment,
): (input: Iterable<Doc>) => Generator<Doc> {
  if (!isDoc(spec)) throw new ServerError(15947, "a group's fields must be specified in an object");
  if (spec["_id"] === undefined) throw new ServerError(15955, "a group specification must include an _id");
  const key = compileExpression(spec["_id"], environment);
  const fields = groupFields(spec, environment);
  return function* group(input) {
    const groups = new Map<string, Group>();
    for (const doc of input) {
      const scope = rootScope(doc, environment);
      const id = key(scope) ?? null;
      const entry = groupOf(groups, id, fields);
      for (const [place, { value }] of fields.entries()) entry.accumulators[place]?.add(value(scope));
    }
    for (const { id, accumulators } of groups.values()) {
      const doc = docOf({ _id: id });
      for (const [place, { name }] of fields.entries()) doc[name] = accumulators[place]?.result() ?? null;
      yield doc;
    }
  };
}

function groupOf(groups: Map<string, Group>, id: Value, fields: readonly Field[]): Group {
  const identity = identityOf(id);
  let entry = groups.get(identity);
  if (!entry) {
    if (groups.size >= MAX_GROUPS)
      throw new ServerError(292, "$group has more groups than fit the memory allowed.");
    entry = { id, accumulators: fields.map((one) => one.make()) };
    groups.set(identity, entry);
  }
  return entry;
}

function groupFields(spec: Doc, environment: Environment): Field[] {
  return Object.entries(spec)
    .filter(([name]) => name !== "_id")
    .map(([name, accumulator]) => {
      const [operator, second] = isDoc(accumulator) ? Object.keys(accumulator) : [];
      if (operator === undefined || second !== undefined || !isDoc(accumulator)) {
        throw new ServerError(40234, `The field '${name}' must be an accumulator object`);
      }
      if (name.includes(".")) throw new ServerError(40235, `The field name '${name}' cannot contain '.'`);
      const make = accumulatorFor(operator);
      const value =
        operator === "$count" ? () => 1 : compileExpression(accumulator[operator] ?? null, environment);
      return { name, make: () => make(environment), value };
    });
}

/** `$bucket`: groups by the half-open ranges between boundaries. */
export function compileBucket(
  spec: Value,
  environment: Environment,
): (input: Iterable<Doc>) => Generator<Doc> {
  const boundaries = isDoc(spec) ? spec["boundaries"] : undefined;
  if (!isDoc(spec) || !Array.isArray(boundaries) || boundaries.length < 2) {
    throw new ServerError(40192, "$bucket needs at least two boundaries.");
  }
  const by = compileExpression(spec["groupBy"] ?? null, environment);
  const fallback = spec["default"];
  const fields = groupFields(
    isDoc(spec["output"]) ? spec["output"] : docOf({ count: docOf({ $sum: 1 }) }),
    environment,
  );
  return function* bucket(input) {
    const groups = new Map<string, Group>();
    for (const doc of input) {
      const scope = rootScope(doc, environment);
      const id = bucketOf(by(scope), boundaries, environment) ?? fallback;
      if (id === undefined)
        throw new ServerError(
          40066,
          "$bucket could not find a matching branch and no default was specified.",
        );
      const entry = groupOf(groups, id, fields);
      for (const [place, { value }] of fields.entries()) entry.accumulators[place]?.add(value(scope));
    }
    for (const { id, accumulators } of [...groups.values()].toSorted((a, b) => compareValues(a.id, b.id))) {
      const doc = newDoc();
      doc["_id"] = id;
      for (const [place, { name }] of fields.entries()) doc[name] = accumulators[place]?.result() ?? null;
      yield doc;
    }
  };
}

function bucketOf(
  value: Value | undefined,
  boundaries: Value[],
  environment: Environment,
): Value | undefined {
  for (const [place, low] of boundaries.slice(0, -1).entries()) {
    const high = boundaries[place + 1];
    const isInside =
      compareValues(value, low, environment.collator) >= 0 &&
      compareValues(value, high, environment.collator) < 0;
    if (isInside && value !== undefined) return low;
  }
  return undefined;
}
