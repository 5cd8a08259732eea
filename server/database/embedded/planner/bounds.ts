import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { RANK, typeRank, type Collator } from "#server/database/embedded/values/compare.ts";
import { encodePart } from "#server/database/embedded/values/key-encode.ts";
import { invert } from "#server/database/embedded/values/key-numbers.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import type { Value } from "#server/database/embedded/values/value.ts";

/** A half-open range of index keys, which all begin with the same `prefixBytes` bytes. */
export type Interval = { from: Buffer; upto: Buffer; prefixBytes: number };
/** One end of a range: keys that begin with `prefix` are inside when `inclusive`. */
type End = { prefix: Buffer; inclusive: boolean };
/** What a filter demands of one indexed field. */
export type Constraint = { kind: "points"; points: Buffer[] } | { kind: "range"; low: End; high: End };

type FieldFilter = Filter & { kind: "field" };

/** Beyond every key: all type bytes, turned around or not, are smaller. */
const BEYOND = Buffer.from([0xff]);
const START = Buffer.alloc(0);
export const EVERYTHING: Interval = { from: START, upto: BEYOND, prefixBytes: 0 };
/** More intervals than this are not worth it. */
const MAX_INTERVALS = 400;

/** The conditions on fields that every match must satisfy. */
export function conjuncts(filter: Filter): FieldFilter[] {
  if (filter.kind === "and") return filter.filters.flatMap(conjuncts);
  return filter.kind === "field" ? [filter] : [];
}

/**
 * What the conditions on one field mean for its index entries. On a field that goes through arrays only one
 * condition may be used, because different elements may satisfy different conditions.
 */
export function constraintOn(
  conditions: readonly FieldFilter[],
  isMultikey: boolean,
  collator: Collator,
): Constraint | undefined {
  const usable = conditions.filter((one) =>
    isUsable(one.predicate.operand, one.predicate.operator, collator),
  );
  for (const { predicate } of usable) {
    if (predicate.operator === "eq") return { kind: "points", points: [encodePart(predicate.operand)] };
    if (predicate.operator === "in") return pointsOf(predicate.operand);
  }
  const ranges = usable
    .map(({ predicate }) => rangeOf(predicate.operator, predicate.operand))
    .filter((one) => one !== undefined);
  const [first, ...rest] = ranges;
  if (!first) return undefined;
  return isMultikey ? first : rest.reduce((both, one) => narrower(both, one), first);
}

function pointsOf(operand: Value): Constraint {
  const list = Array.isArray(operand) ? operand : [];
  const distinct = new Map(
    list.map((value) => encodePart(value)).map((bytes) => [bytes.toString("latin1"), bytes]),
  );
  return { kind: "points", points: [...distinct.values()] };
}

function isUsable(operand: Value, operator: string, collator: Collator): boolean {
  if (operator === "in")
    return Array.isArray(operand) && operand.every((one) => isUsable(one, "eq", collator));
  const rank = typeRank(operand);
  if (rank === RANK.array || (collator && (rank === RANK.string || rank === RANK.object))) return false;
  if (operator === "eq") return true;
  const isNaNOperand = isNumeric(operand) && Number.isNaN(toNumber(operand));
  return rank !== RANK.null && rank !== RANK.minKey && rank !== RANK.maxKey && !isNaNOperand;
}

type Range = Constraint & { kind: "range" };

function rangeOf(operator: string, operand: Value): Range | undefined {
  const whole: End = { prefix: Buffer.from([typeRank(operand)]), inclusive: true };
  const prefix = encodePart(operand);
  switch (operator) {
    case "gt":
    case "gte":
      return { kind: "range", low: { prefix, inclusive: operator === "gte" }, high: whole };
    case "lt":
    case "lte":
      return { kind: "range", low: whole, high: { prefix, inclusive: operator === "lte" } };
    default:
      return undefined;
  }
}

function narrower(left: Range, right: Range): Range {
  const lowFrom = Buffer.compare(lowEdge(left.low), lowEdge(right.low));
  const highUpto = Buffer.compare(highEdge(left.high), highEdge(right.high));
  return {
    kind: "range",
    low: lowFrom >= 0 ? left.low : right.low,
    high: highUpto <= 0 ? left.high : right.high,
  };
}

function lowEdge(end: End): Buffer {
  return end.inclusive ? end.prefix : after(end.prefix);
}

function highEdge(end: End): Buffer {
  return end.inclusive ? after(end.prefix) : end.prefix;
}

/** The smallest key above all keys that begin with `prefix`. */
function after(prefix: Buffer): Buffer {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return BEYOND;
  const bytes = Buffer.from(prefix.subarray(0, end));
  bytes[end - 1] = (bytes[end - 1] ?? 0) + 1;
  return bytes;
}

/**
 * The intervals of a compound index for the constraints on its first fields: any number of points, then at
 * most one range. `undefined` when there would be too many.
 */
export function intervals(
  constraints: readonly Constraint[],
  directions: readonly (1 | -1)[],
): Interval[] | undefined {
  let prefixes: Buffer[] = [START];
  for (const [place, constraint] of constraints.entries()) {
    const isDescending = directions[place] === -1;
    if (constraint.kind === "range")
      return ordered(prefixes.map((prefix) => rangeInterval(prefix, constraint, isDescending)));
    if (prefixes.length * constraint.points.length > MAX_INTERVALS) return undefined;
    const points = constraint.points.map((point) => turned(point, isDescending));
    prefixes = prefixes.flatMap((prefix) => points.map((point) => Buffer.concat([prefix, point])));
  }
  return ordered(
    prefixes.map((prefix) => ({ from: prefix, upto: after(prefix), prefixBytes: prefix.length })),
  );
}

function rangeInterval(prefix: Buffer, range: Range, isDescending: boolean): Interval {
  const low = isDescending ? { ...range.high, prefix: turned(range.high.prefix, true) } : range.low;
  const high = isDescending ? { ...range.low, prefix: turned(range.low.prefix, true) } : range.high;
  return {
    from: Buffer.concat([prefix, lowEdge(low)]),
    upto: Buffer.concat([prefix, highEdge(high)]),
    prefixBytes: prefix.length,
  };
}

function turned(bytes: Buffer, isDescending: boolean): Buffer {
  if (!isDescending) return bytes;
  const copy = Buffer.from(bytes);
  invert(copy);
  return copy;
}

function ordered(list: Interval[]): Interval[] {
  return list.toSorted((a, b) => Buffer.compare(a.from, b.from));
}
