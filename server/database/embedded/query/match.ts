import type { Filter, Predicate } from "#server/database/embedded/query/predicate.ts";
import { isDoc, type Value } from "#server/database/embedded/values/value.ts";

/** Whether a document (or an array element) satisfies a filter. */
export function matches(filter: Filter, doc: Value): boolean {
  switch (filter.kind) {
    case "and":
      return filter.filters.every((one) => matches(one, doc));
    case "or":
      return filter.filters.some((one) => matches(one, doc));
    case "nor":
      return !filter.filters.some((one) => matches(one, doc));
    case "not":
      return !matches(filter.filter, doc);
    case "field":
      return anyAtPath(doc, filter.parts, 0, filter.predicate);
    case "elements":
      return anyAtPath(doc, filter.parts, 0, elementsPredicate(filter));
    case "expression":
      return filter.test(doc);
  }
}

/** `$elemMatch` as a predicate on the whole array. */
function elementsPredicate(filter: Filter & { kind: "elements" }): Predicate {
  return {
    operator: "other",
    operand: null,
    traverse: false,
    test: (value) => Array.isArray(value) && value.some((item) => elementMatches(filter, item)),
  };
}

/** Whether one element satisfies an `$elemMatch`. */
export function elementMatches(filter: Filter & { kind: "elements" }, item: Value): boolean {
  return filter.ofDocs && !isDoc(item)
    ? Array.isArray(item) && matches(filter.element, item)
    : matches(filter.element, item);
}

/**
 * Whether any value at a path satisfies a predicate. Arrays on the way are entered: by position for a numeric
 * part, and through each element that is a document. A scalar on the way makes the field missing.
 */
export function anyAtPath(
  value: Value | undefined,
  parts: readonly string[],
  from: number,
  predicate: Predicate,
): boolean {
  const part = parts[from];
  if (part === undefined) return testLeaf(value, predicate);
  if (isDoc(value)) return anyAtPath(value[part], parts, from + 1, predicate);
  if (!Array.isArray(value)) return predicate.test(undefined);
  const position = arrayPosition(part);
  if (
    position !== undefined &&
    position < value.length &&
    anyAtPath(value[position], parts, from + 1, predicate)
  )
    return true;
  return value.some((item) => isDoc(item) && anyAtPath(item[part], parts, from + 1, predicate));
}

function testLeaf(value: Value | undefined, predicate: Predicate): boolean {
  if (predicate.traverse && Array.isArray(value) && value.some((item) => predicate.test(item))) return true;
  return predicate.test(value);
}

/** The array position a path part means, if it is one. */
export function arrayPosition(part: string): number | undefined {
  return /^(?:0|[1-9]\d{0,8})$/.test(part) ? Number(part) : undefined;
}
