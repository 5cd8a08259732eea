import { badValue } from "#server/database/embedded/errors.ts";
import {
  conjuncts,
  constraintOn,
  EVERYTHING,
  intervals,
  type Constraint,
  type Interval,
} from "#server/database/embedded/planner/bounds.ts";
import {
  decidesAll,
  isWorthJudging,
  keyFilter,
  type KeyFilter,
} from "#server/database/embedded/planner/key-filter.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import type { SortField } from "#server/database/embedded/query/sort.ts";
import type { Collection, Index } from "#server/database/embedded/storage/catalog.ts";
import { equalValues, type Collator } from "#server/database/embedded/values/compare.ts";
import { isDoc, type Value } from "#server/database/embedded/values/value.ts";

export type IndexPlan = {
  kind: "index";
  index: Index;
  intervals: Interval[];
  backward: boolean;
  /** The rows come in the order that was asked for. */
  isSorted: boolean;
  /** The intervals are read side by side: each gives the order asked for, but only among its own rows. */
  merges: boolean;
  keyFilter: KeyFilter | undefined;
};
/** How the candidates of a query are found. Every candidate is still matched against the filter. */
export type Plan = { kind: "scan"; backward: boolean } | IndexPlan | { kind: "union"; plans: IndexPlan[] };

/** What is to be planned. */
export type PlanRequest = {
  filter: Filter;
  sort: readonly SortField[];
  collator: Collator;
  hint: Value | undefined;
  backward: boolean;
};

type Scored = { plan: IndexPlan; score: number };

const POINT_SCORE = 100;
const SEVERAL_POINTS_SCORE = 90;
const RANGE_SCORE = 40;
const SORT_SCORE = 45;
const UNIQUE_SCORE = 200;
/** More ordered intervals than this are sorted in memory instead of being merged. */
const MAX_MERGED = 64;

/** Chooses how to run a query. */
export function choosePlan(collection: Collection, request: PlanRequest): Plan {
  const scan: Plan = { kind: "scan", backward: request.backward };
  if (request.hint !== undefined) return hinted(collection, request) ?? scan;
  const best = bestIndex(collection, request);
  if (best) return best.plan;
  return unionPlan(collection, request) ?? scan;
}

function bestIndex(collection: Collection, request: PlanRequest): Scored | undefined {
  let best: Scored | undefined;
  for (const index of collection.indexes) {
    const scored = planFor(index, request);
    if (scored && scored.score > (best?.score ?? 0)) best = scored;
  }
  return best;
}

function hinted(collection: Collection, request: PlanRequest): IndexPlan | undefined {
  const { hint } = request;
  if (isDoc(hint) && hint["$natural"] !== undefined) return undefined;
  const index = collection.indexes.find(
    (one) => one.name === hint || (isDoc(hint) && equalValues(one.spec["key"], hint)),
  );
  if (!index)
    throw badValue(
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  return planFor(index, request)?.plan ?? wholeIndex(index, request);
}

/** An index that serves neither filter nor order, walked from end to end because the caller insists. */
function wholeIndex(index: Index, request: PlanRequest): IndexPlan | undefined {
  if (!holdsAllMatches(index, request.filter)) return undefined;
  const isSorted = request.sort.length === 0;
  return {
    kind: "index",
    index,
    intervals: [EVERYTHING],
    backward: false,
    isSorted,
    merges: false,
    keyFilter: undefined,
  };
}

/** A plan on one index, when the index is of any use. */
function planFor(index: Index, request: PlanRequest): Scored | undefined {
  if (index.spec["hidden"] === true || !holdsAllMatches(index, request.filter)) return undefined;
  const constraints = constraintsOf(index, request);
  const directions = index.fields.map((field) => field.direction);
  const found = intervals(constraints, directions);
  if (!found) return undefined;
  const order = orderOf(index, constraints, request, found.length);
  if (constraints.length === 0 && order === undefined) return undefined;
  if (constraints.length === 0 && request.sort.length === 0) return undefined;
  const bounded = new Set(index.fields.slice(0, constraints.length).map((field) => field.path));
  const plan: IndexPlan = {
    kind: "index",
    index,
    intervals: found,
    backward: order === "backward",
    isSorted: request.sort.length === 0 || order !== undefined,
    merges: request.sort.length > 0 && order !== undefined && found.length > 1,
    keyFilter:
      decidesAll(request.filter, index) || isWorthJudging(request.filter, index, bounded)
        ? keyFilter(request.filter, index)
        : undefined,
  };
  return { plan, score: scoreOf(index, constraints, order !== undefined && request.sort.length > 0) };
}

function scoreOf(index: Index, constraints: readonly Constraint[], servesSort: boolean): number {
  const points = constraints.filter((one) => one.kind === "points");
  const isWhole =
    index.unique && points.length === index.fields.length && points.every((one) => one.points.length === 1);
  const scores = constraints.map((one) => {
    if (one.kind === "range") return RANGE_SCORE;
    return one.points.length === 1 ? POINT_SCORE : SEVERAL_POINTS_SCORE;
  });
  return (
    scores.reduce((sum, one) => sum + one, 0) + (isWhole ? UNIQUE_SCORE : 0) + (servesSort ? SORT_SCORE : 0)
  );
}

/** Constraints on the first fields of an index: points as long as there are, then perhaps one range. */
function constraintsOf(index: Index, request: PlanRequest): Constraint[] {
  const conditions = conjuncts(request.filter);
  const constraints: Constraint[] = [];
  let arrays = 0;
  for (const [place, { path, parts }] of index.fields.entries()) {
    const isMultikey = index.multikey[place] === true;
    if (parts.some((part) => /^\d+$/.test(part)) || (isMultikey && arrays > 0)) break;
    const own = conditions.filter((one) => one.path === path);
    const constraint = constraintOn(own, isMultikey, request.collator);
    if (!constraint) break;
    constraints.push(constraint);
    if (constraint.kind === "range") break;
    if (isMultikey) arrays += 1;
  }
  return constraints;
}

/** Whether walking the index gives the order asked for, and in which direction. */
function orderOf(
  index: Index,
  constraints: readonly Constraint[],
  request: PlanRequest,
  intervalCount: number,
): "forward" | "backward" | undefined {
  if (request.collator) return undefined;
  const fixed = constraints.filter((one) => one.kind === "points" && one.points.length === 1).length;
  const points = constraints.filter((one) => one.kind === "points").length;
  if (request.sort.length === 0) return "forward";
  if (fixed !== points && (index.multikey.some(Boolean) || intervalCount > MAX_MERGED)) return undefined;
  const single = constraints.map((one) => one.kind === "points" && one.points.length === 1);
  const fixedPaths = new Set(
    index.fields.filter((_field, place) => single[place] === true).map((field) => field.path),
  );
  const wanted = request.sort.filter((field) => !fixedPaths.has(field.path));
  let direction: "forward" | "backward" | undefined;
  for (const [offset, field] of wanted.entries()) {
    const place = points + offset;
    const own = index.fields[place];
    if (!own || own.path !== field.path || index.multikey[place] === true) return undefined;
    const needed = own.direction === field.direction ? "forward" : "backward";
    if (direction !== undefined && direction !== needed) return undefined;
    direction = needed;
  }
  const arraysFixed = index.fields.some((_field, place) => index.multikey[place] === true && place < fixed);
  return arraysFixed && index.multikey.filter(Boolean).length > 1 ? undefined : (direction ?? "forward");
}

/** Sparse and partial indexes lack documents; they serve a query only when it cannot want those. */
function holdsAllMatches(index: Index, filter: Filter): boolean {
  const conditions = conjuncts(filter);
  if (
    index.sparse &&
    !conditions.some((one) => index.fields.some((field) => field.path === one.path) && demandsValue(one))
  )
    return false;
  if (!index.partial) return true;
  const demanded = conjunctsOfPartial(index.partial);
  return demanded !== undefined && demanded.every((need) => conditions.some((one) => implies(one, need)));
}

type FieldFilter = Filter & { kind: "field" };

function conjunctsOfPartial(filter: Filter): FieldFilter[] | undefined {
  if (filter.kind === "field") return [filter];
  if (filter.kind !== "and") return undefined;
  const all: FieldFilter[] = [];
  for (const one of filter.filters) {
    const own = conjunctsOfPartial(one);
    if (!own) return undefined;
    all.push(...own);
  }
  return all;
}

/** Whether a condition fails for a missing field. */
function demandsValue({ predicate }: FieldFilter): boolean {
  return predicate.operator !== "other" && !predicate.test(undefined);
}

/** Whether every value that satisfies `has` satisfies `need`. */
function implies(has: FieldFilter, need: FieldFilter): boolean {
  if (has.path !== need.path) return false;
  const { operator, operand } = has.predicate;
  if (operator === "eq") return operand !== null && !Array.isArray(operand) && need.predicate.test(operand);
  if (operator === "in")
    return (
      Array.isArray(operand) &&
      operand.every((one) => one !== null && !Array.isArray(one) && need.predicate.test(one))
    );
  if (operator === need.predicate.operator && equalValues(operand, need.predicate.operand))
    return operator !== "other";
  if (need.predicate.operator === "exists") return demandsValue(has);
  const upward = new Set(["gt", "gte"]);
  const downward = new Set(["lt", "lte"]);
  const isSameWay = [upward, downward].some((way) => way.has(operator) && way.has(need.predicate.operator));
  return isSameWay && need.predicate.test(operand);
}

const MAX_UNION = 50;

/** `$or` whose branches all have an index of their own. */
function unionPlan(collection: Collection, request: PlanRequest): Plan | undefined {
  const or = findOr(request.filter);
  if (!or || or.filters.length > MAX_UNION) return undefined;
  const plans: IndexPlan[] = [];
  for (const branch of or.filters) {
    const best = bestIndex(collection, { ...request, filter: branch, sort: [], hint: undefined });
    if (!best) return undefined;
    plans.push(best.plan);
  }
  return plans.length === 0 ? undefined : { kind: "union", plans };
}

function findOr(filter: Filter): (Filter & { kind: "or" }) | undefined {
  if (filter.kind === "or") return { kind: "or", filters: filter.filters };
  if (filter.kind !== "and") return undefined;
  for (const one of filter.filters) {
    const found = one.kind === "or" ? findOr(one) : undefined;
    if (found) return found;
  }
  return undefined;
}
