import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { isNumeric } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** The field of the document itself that a path begins with. */
export const topOf = (path: string): string => path.split(".", 1)[0] ?? path;

/** Adds the document's own fields that a filter looks at. False: it may look at any. */
export function addFilterFields(filter: Filter, fields: Set<string>): boolean {
  switch (filter.kind) {
    case "and":
    case "or":
    case "nor":
      return filter.filters.every((one) => addFilterFields(one, fields));
    case "not":
      return addFilterFields(filter.filter, fields);
    case "field":
    case "elements":
      fields.add(topOf(filter.path));
      return true;
    case "expression":
      return false;
  }
}

/** Adds the document's own fields that a projection looks into; what it only takes or leaves is not among them. False: it may look at any. */
export function addProjectionFields(spec: Doc, fields: Set<string>): boolean {
  for (const [path, value] of Object.entries(spec)) {
    if (typeof value !== "boolean" && !isNumeric(value)) return false;
    const top = topOf(path);
    if (top !== path) fields.add(top);
  }
  return true;
}

/** Accumulators that look at nothing but their one operand. */
const PLAIN_ACCUMULATORS = new Set(["$sum", "$avg", "$min", "$max", "$first", "$last", "$push", "$addToSet"]);

/** Adds the document's own fields that a `$group` looks at, where it is made of paths and constants. False: it may look at any. */
export function addGroupFields(spec: Value | undefined, fields: Set<string>): boolean {
  if (!isDoc(spec)) return false;
  return Object.entries(spec).every(([name, value]) => {
    if (name === "_id") return addOperandFields(value, fields);
    const [accumulator = "", other] = isDoc(value) ? Object.keys(value) : [];
    const isPlain = PLAIN_ACCUMULATORS.has(accumulator) && other === undefined;
    return isPlain && isDoc(value) && addOperandFields(value[accumulator] ?? null, fields);
  });
}

function addOperandFields(operand: Value, fields: Set<string>): boolean {
  if (typeof operand !== "string") return operand === null || isNumeric(operand);
  if (operand.startsWith("$$")) return false;
  if (operand.startsWith("$")) fields.add(topOf(operand.slice(1)));
  return true;
}
