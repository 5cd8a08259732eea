import { anyAtPath, elementMatches, matches } from "#server/database/embedded/query/match.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/**
 * The index that `array.$` stands for: the first element by which the document satisfied the filter, judged by
 * the conditions on that array, else by a condition on any other array. `undefined` when no condition went through an array.
 */
export function matchedIndex(filter: Filter, doc: Doc, arrayPath: string): number | undefined {
  const conditions = conditionsThatHold(filter, doc);
  const own = conditions.filter((one) => one.path === arrayPath || one.path.startsWith(`${arrayPath}.`));
  for (const condition of [...own, ...conditions]) {
    const index = indexFor(condition, doc);
    if (index !== undefined) return index;
  }
  return undefined;
}

type Condition = Filter & { kind: "field" | "elements" };

function conditionsThatHold(filter: Filter, doc: Doc): Condition[] {
  switch (filter.kind) {
    case "and":
      return filter.filters.flatMap((one) => conditionsThatHold(one, doc));
    case "or": {
      const branch = filter.filters.find((one) => matches(one, doc));
      return branch ? conditionsThatHold(branch, doc) : [];
    }
    case "field":
    case "elements":
      return [filter];
    default:
      return [];
  }
}

function indexFor(condition: Condition, doc: Doc): number | undefined {
  let value: Value | undefined = doc;
  for (const [depth, part] of condition.parts.entries()) {
    if (Array.isArray(value)) return firstIndex(value, condition, depth);
    value = isDoc(value) ? value[part] : undefined;
  }
  return Array.isArray(value) ? firstIndex(value, condition, condition.parts.length) : undefined;
}

function firstIndex(list: Value[], condition: Condition, depth: number): number | undefined {
  const index = list.findIndex((item) => elementHolds(item, condition, depth));
  return index === -1 ? undefined : index;
}

function elementHolds(item: Value, condition: Condition, depth: number): boolean {
  const atEnd = depth === condition.parts.length;
  if (condition.kind === "field") {
    return atEnd
      ? condition.predicate.test(item)
      : isDoc(item) && anyAtPath(item, condition.parts, depth, condition.predicate);
  }
  if (atEnd) return elementMatches(condition, item);
  const rest = condition.parts.slice(depth);
  return isDoc(item) && matches({ ...condition, parts: rest, path: rest.join(".") }, item);
}
