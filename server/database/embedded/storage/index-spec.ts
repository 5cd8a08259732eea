import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { notSupported, ServerError } from "#server/database/embedded/errors.ts";
import { addFilterFields, topOf } from "#server/database/embedded/query/fields-read.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import type { SortField } from "#server/database/embedded/query/sort.ts";
import { equalValues } from "#server/database/embedded/values/compare.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What an index is, as `listIndexes` shows it (`spec`) and as the engine uses it. */
export type IndexDefinition = {
  name: string;
  spec: Doc;
  fields: SortField[];
  unique: boolean;
  sparse: boolean;
  partial: Filter | undefined;
  /** The documents' own fields that the index depends on; undefined: any. */
  reads: ReadonlySet<string> | undefined;
  /** Seconds after the date in the first field; `undefined` when documents stay. */
  expireAfterSeconds: number | undefined;
};

const PLAIN_ENVIRONMENT: Environment = { collator: undefined, variables: new Map(), now: new Date(0) };
const MAX_FIELDS = 32;
const KNOWN_OPTIONS = new Set([
  "v",
  "key",
  "name",
  "ns",
  "unique",
  "sparse",
  "background",
  "hidden",
  "expireAfterSeconds",
  "partialFilterExpression",
  "collation",
]);

/** Reads one entry of `createIndexes`. What this server cannot do is refused. */
export function parseIndexSpec(spec: Doc): IndexDefinition {
  for (const name of Object.keys(spec)) {
    if (!KNOWN_OPTIONS.has(name)) throw new ServerError(197, `The index option '${name}' is not supported.`);
  }
  const key = spec["key"];
  if (!isDoc(key) || Object.keys(key).length === 0)
    throw new ServerError(67, "Index keys cannot be an empty object.");
  const fields = parseKey(key);
  const collation = spec["collation"];
  if (isDoc(collation) && collation["locale"] !== "simple") throw notSupported("An index with a collation");
  const name = typeof spec["name"] === "string" ? spec["name"] : defaultName(key);
  const isId = isIdKey(key);
  const partial = spec["partialFilterExpression"];
  if (partial !== undefined && !isDoc(partial))
    throw new ServerError(67, "The partialFilterExpression must be an object.");
  if (isId && (partial !== undefined || spec["sparse"] === true))
    throw new ServerError(67, "_id index cannot be partial or sparse.");
  const filter = isDoc(partial) ? parseFilter(partial, PLAIN_ENVIRONMENT) : undefined;
  return {
    name: isId ? "_id_" : name,
    spec: shown(spec, key, isId ? "_id_" : name),
    fields,
    unique: isId || spec["unique"] === true,
    sparse: spec["sparse"] === true,
    partial: filter,
    reads: fieldsRead(fields, filter),
    expireAfterSeconds: expiry(spec["expireAfterSeconds"], fields),
  };
}

function fieldsRead(keys: readonly SortField[], partial: Filter | undefined): IndexDefinition["reads"] {
  const fields = new Set(keys.map(({ path }) => topOf(path)));
  return partial === undefined || addFilterFields(partial, fields) ? fields : undefined;
}

function parseKey(key: Doc): SortField[] {
  const entries = Object.entries(key);
  if (entries.length > MAX_FIELDS) throw new ServerError(67, `An index has at most ${MAX_FIELDS} fields.`);
  return entries.map(([path, value]) => {
    if (typeof value === "string") throw notSupported(`An index of type '${value}'`);
    if (path.includes("$**")) throw notSupported("A wildcard index");
    const parts = path.split(".");
    if (parts.some((part) => part === ""))
      throw new ServerError(67, "Index keys cannot contain an empty field.");
    const direction = isNumeric(value) ? toNumber(value) : Number.NaN;
    if (!(direction > 0) && !(direction < 0))
      throw new ServerError(67, "Values in the index key pattern must be 1 or -1.");
    return { path, parts, direction: direction > 0 ? 1 : -1 };
  });
}

function expiry(value: Value | undefined, fields: readonly SortField[]): number | undefined {
  if (value === undefined) return undefined;
  if (!isNumeric(value) || !(toNumber(value) >= 0) || toNumber(value) > 2 ** 31) {
    throw new ServerError(
      67,
      "TTL index 'expireAfterSeconds' option must be numeric and between 0 and 2147483648.",
    );
  }
  if (fields.length !== 1)
    throw new ServerError(67, "TTL indexes are single-field indexes, compound indexes do not support TTL.");
  return toNumber(value);
}

function defaultName(key: Doc): string {
  return Object.entries(key)
    .map(([path, direction]) => `${path}_${isNumeric(direction) ? toNumber(direction) : ""}`)
    .join("_");
}

export function isIdKey(key: Doc): boolean {
  const [first, second] = Object.keys(key);
  return first === "_id" && second === undefined;
}

/** The form `listIndexes` answers: `v`, `key`, `name`, then the options that are set. */
function shown(spec: Doc, key: Doc, name: string): Doc {
  const result = docOf({ v: 2, key, name });
  if (isIdKey(key)) return result;
  for (const option of ["unique", "sparse", "background", "hidden"])
    if (spec[option] === true) result[option] = true;
  for (const option of ["expireAfterSeconds", "partialFilterExpression"]) {
    const value = spec[option];
    if (value !== undefined) result[option] = value;
  }
  return result;
}

/** Whether two definitions are the same index but for their names. */
export function sameIndex(left: Doc, right: Doc): boolean {
  return equalValues(comparable(left), comparable(right));
}

function comparable(spec: Doc): Doc {
  const result = newDoc();
  for (const option of ["key", "unique", "sparse", "expireAfterSeconds", "partialFilterExpression"]) {
    result[option] = spec[option] ?? null;
  }
  return result;
}
