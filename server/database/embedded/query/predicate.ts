import type { Value } from "#server/database/embedded/values/value.ts";

/**
 * A test of one field's value. `undefined` is a missing field. `traverse` says whether the elements of an
 * array at the end of the path are tested one by one, besides the array itself. `operand` is what the planner
 * derives index bounds from.
 */
export type Predicate = {
  operator: "eq" | "gt" | "gte" | "lt" | "lte" | "in" | "exists" | "type" | "other";
  operand: Value;
  traverse: boolean;
  test(value: Value | undefined): boolean;
};

/** A parsed filter. Negations wrap what they negate, as MongoDB defines them. */
export type Filter =
  | { kind: "and" | "or" | "nor"; filters: Filter[] }
  | { kind: "not"; filter: Filter }
  | { kind: "field"; path: string; parts: string[]; predicate: Predicate }
  | { kind: "elements"; path: string; parts: string[]; element: Filter; ofDocs: boolean }
  | { kind: "expression"; test(doc: Value): boolean };
