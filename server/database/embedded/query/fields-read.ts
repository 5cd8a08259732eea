import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { isNumeric } from "#server/database/embedded/values/numbers.ts";
import type { Doc } from "#server/database/embedded/values/value.ts";

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
