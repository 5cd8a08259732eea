import type { Filter } from "#server/database/embedded/query/predicate.ts";
import type { Index } from "#server/database/embedded/storage/catalog.ts";
import { EMPTY_ARRAY, type KeyPart } from "#server/database/embedded/values/key-encode.ts";

/** What an index key alone says about a document: it matches, it does not, or only the document can tell. */
type Verdict = "yes" | "no" | "unknown";
export type KeyFilter = (parts: readonly KeyPart[]) => Verdict;

const DECIDABLE = new Set(["eq", "gt", "gte", "lt", "lte", "in", "exists"]);

/** Builds the judgement on keys. Fields that go through arrays, or are not in the index, stay unknown. */
export function keyFilter(filter: Filter, index: Index): KeyFilter {
  const places = new Map(index.fields.map(({ path }, place) => [path, place]));
  for (const [path, place] of places) if (index.multikey[place] === true) places.delete(path);
  return (parts) => judge(filter, places, parts);
}

/** Whether keys may tell for sure that a document matches: every condition is on a field of the index. */
export function decidesAll(filter: Filter, index: Index): boolean {
  switch (filter.kind) {
    case "field": {
      const place = index.fields.findIndex(({ path }) => path === filter.path);
      return place >= 0 && index.multikey[place] !== true && DECIDABLE.has(filter.predicate.operator);
    }
    case "not":
      return decidesAll(filter.filter, index);
    case "and":
    case "or":
    case "nor":
      return filter.filters.length > 0 && filter.filters.every((one) => decidesAll(one, index));
    default:
      return false;
  }
}

/** Whether judging keys can rule anything out beyond what the bounds already do. */
export function isWorthJudging(filter: Filter, index: Index, boundedPaths: ReadonlySet<string>): boolean {
  switch (filter.kind) {
    case "field": {
      const place = index.fields.findIndex(({ path }) => path === filter.path);
      const isKnown =
        place >= 0 && index.multikey[place] !== true && DECIDABLE.has(filter.predicate.operator);
      return isKnown && !boundedPaths.has(filter.path);
    }
    case "not":
      return isWorthJudging(filter.filter, index, boundedPaths);
    case "and":
    case "nor":
      return filter.filters.some((one) => isWorthJudging(one, index, boundedPaths));
    case "or":
      return filter.filters.every((one) => isWorthJudging(one, index, new Set()));
    default:
      return false;
  }
}

function judge(filter: Filter, places: ReadonlyMap<string, number>, parts: readonly KeyPart[]): Verdict {
  switch (filter.kind) {
    case "and":
      return all(filter.filters, places, parts);
    case "or":
      return any(filter.filters, places, parts);
    case "nor":
      return opposite(any(filter.filters, places, parts));
    case "not":
      return opposite(judge(filter.filter, places, parts));
    case "field":
      return judgeField(filter, places, parts);
    default:
      return "unknown";
  }
}

function all(
  filters: readonly Filter[],
  places: ReadonlyMap<string, number>,
  parts: readonly KeyPart[],
): Verdict {
  let verdict: Verdict = "yes";
  for (const one of filters) {
    const own = judge(one, places, parts);
    if (own === "no") return "no";
    if (own === "unknown") verdict = "unknown";
  }
  return verdict;
}

function any(
  filters: readonly Filter[],
  places: ReadonlyMap<string, number>,
  parts: readonly KeyPart[],
): Verdict {
  let verdict: Verdict = "no";
  for (const one of filters) {
    const own = judge(one, places, parts);
    if (own === "yes") return "yes";
    if (own === "unknown") verdict = "unknown";
  }
  return verdict;
}

function opposite(verdict: Verdict): Verdict {
  if (verdict === "unknown") return verdict;
  return verdict === "yes" ? "no" : "yes";
}

/** Null in a key may also be a missing field; only when both give the same answer is it known. */
function judgeField(
  filter: Filter & { kind: "field" },
  places: ReadonlyMap<string, number>,
  parts: readonly KeyPart[],
): Verdict {
  const place = places.get(filter.path);
  const part = place === undefined ? EMPTY_ARRAY : parts[place];
  const { operator, test } = filter.predicate;
  if (part === EMPTY_ARRAY || !DECIDABLE.has(operator)) return "unknown";
  if (part !== null && part !== undefined) return test(part) ? "yes" : "no";
  const whenNull = test(null);
  if (whenNull !== test(undefined)) return "unknown";
  return whenNull ? "yes" : "no";
}
