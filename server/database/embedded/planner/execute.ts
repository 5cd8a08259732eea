import { ServerError } from "#server/database/embedded/errors.ts";
import type { Interval } from "#server/database/embedded/planner/bounds.ts";
import type { IndexPlan, Plan } from "#server/database/embedded/planner/plan.ts";
import { choosePlan } from "#server/database/embedded/planner/plan.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { compareSortKeys, sortKey, type SortField } from "#server/database/embedded/query/sort.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import { LONG_SCAN_DOCUMENTS } from "#server/database/embedded/storage/scan-log.ts";
import type { Entry, Row } from "#server/database/embedded/storage/trees.ts";
import type { Collator } from "#server/database/embedded/values/compare.ts";
import { decodeFields } from "#server/database/embedded/values/decode.ts";
import { decodeKey } from "#server/database/embedded/values/key-decode.ts";
import type { KeyPart } from "#server/database/embedded/values/key-encode.ts";
import type { Doc, Value } from "#server/database/embedded/values/value.ts";

/** A stored document that matched. */
export type Found = { rid: number; bytes: Uint8Array; doc: Doc };
/** A document that may match. `isSure` when its index key alone has already said that it does. */
type Candidate = Row & { isSure: boolean };
type RidCandidate = { rid: number; isSure: boolean };

/** A match whose document is decoded only when somebody asks for it: plain reads send the stored bytes. */
class SureFound implements Found {
  readonly rid: number;
  readonly bytes: Uint8Array;
  readonly #fields: Query["fields"];
  #doc: Doc | undefined;

  constructor({ rid, bytes }: Row, fields: Query["fields"]) {
    this.rid = rid;
    this.bytes = bytes;
    this.#fields = fields;
  }

  get doc(): Doc {
    this.#doc ??= decodeFields(this.bytes, this.#fields);
    return this.#doc;
  }
}

export type Query = {
  filter: Filter;
  sort: readonly SortField[];
  skip: number;
  /** 0 means no limit. */
  limit: number;
  collator: Collator;
  hint: Value | undefined;
  /** Newest first (`$natural: -1`). */
  backward: boolean;
  /** The documents' own fields that anybody looks into, the filter and the order included; left out: any [DB31]. */
  fields?: ReadonlySet<string> | undefined;
  /** Throws when the command's time is over; called now and then. */
  checkTime(): void;
};

/** Rows between two looks at the clock. */
const CHECK_EVERY = 128;
const FIRST_CHUNK = 16;
const SMALLEST_CHUNK = 8;
const LARGEST_CHUNK = 512;
/** Sorting without an index holds at most this many bytes of documents. */
const SORT_BYTES = 100 * 1024 * 1024;

/** How much a query has read so far. */
export type Examined = { keys: number; docs: number };

/**
 * Runs a query. Rows are fetched in chunks by position, so a half-read result survives writes in between;
 * a document changed meanwhile is judged as it is then.
 */
export function* runQuery(
  collection: Collection,
  query: Query,
  examined: Examined = { keys: 0, docs: 0 },
): Generator<Found> {
  const plan = choosePlan(collection, query);
  const isSorted = query.sort.length === 0 || (plan.kind === "index" && plan.isSorted);
  const source = matching(collection, plan, query, examined);
  const ordered = isSorted ? source : sorted(source, query);
  const { skip, limit } = query;
  query.checkTime();
  let position = 0;
  for (const found of ordered) {
    position += 1;
    if (position > skip) yield found;
    if (limit > 0 && position >= skip + limit) return;
  }
}

/** How many documents a query without skip and limit finds. Where an index key says it for sure, the document is not even fetched. */
export function countAll(collection: Collection, query: Query): number {
  const plan = choosePlan(collection, query);
  let n = 0;
  if (plan.kind !== "index") {
    for (const _found of matching(collection, plan, query, { keys: 0, docs: 0 })) n += 1;
    return n;
  }
  for (const { rid, isSure } of indexedRids(collection, plan, query, { keys: 0, docs: 0 })) {
    if (isSure || isMatch(collection, rid, query)) n += 1;
  }
  return n;
}

function isMatch({ records }: Collection, rid: number, { filter, fields }: Query): boolean {
  const bytes = records.get(rid);
  return bytes !== undefined && matches(filter, decodeFields(bytes, fields));
}

function* matching(collection: Collection, plan: Plan, query: Query, examined: Examined): Generator<Found> {
  let seen = 0;
  for (const row of candidates(collection, plan, query, examined)) {
    seen += 1;
    examined.docs += 1;
    if (seen % CHECK_EVERY === 0) query.checkTime();
    if (seen === LONG_SCAN_DOCUMENTS && plan.kind === "scan")
      collection.scans.note(collection.name, query.filter, query.sort);
    if (row.isSure) {
      yield new SureFound(row, query.fields);
      continue;
    }
    const doc = decodeFields(row.bytes, query.fields);
    if (matches(query.filter, doc)) yield { rid: row.rid, bytes: row.bytes, doc };
  }
}

function candidates(
  collection: Collection,
  plan: Plan,
  query: Query,
  examined: Examined,
): Generator<Candidate> {
  switch (plan.kind) {
    case "scan":
      return scanRows(collection, plan.backward);
    case "index":
      return fetched(collection, indexedRids(collection, plan, query, examined));
    case "union":
      return fetched(
        collection,
        distinct(plan.plans.map((one) => indexedRids(collection, one, query, examined))),
      );
  }
}

function* scanRows(collection: Collection, backward: boolean): Generator<Candidate> {
  let last = backward ? Number.MAX_SAFE_INTEGER : 0;
  for (let chunk = FIRST_CHUNK; ; chunk = Math.min(chunk * 2, LARGEST_CHUNK)) {
    const rows = collection.records.scan(last, chunk, backward);
    for (const { rid, bytes } of rows) yield { rid, bytes, isSure: false };
    const end = rows.at(-1);
    if (!end || rows.length < chunk) return;
    last = end.rid;
  }
}

function* fetched(collection: Collection, candidates_: Iterable<RidCandidate>): Generator<Candidate> {
  for (const { rid, isSure } of candidates_) {
    const bytes = collection.records.get(rid);
    if (bytes) yield { rid, bytes, isSure };
  }
}

/** A key speaks for its document only while nothing was written since it was read. */
function* indexedRids(
  collection: Collection,
  plan: IndexPlan,
  query: Query,
  examined: Examined,
): Generator<RidCandidate> {
  const directions = plan.index.fields.map((field) => field.direction);
  const isMultikey = plan.index.multikey.some(Boolean);
  const seen = isMultikey ? new Set<number>() : undefined;
  let read = 0;
  const { writes } = collection;
  for (const { key, rid } of entries(plan, firstChunk(query))) {
    read += 1;
    examined.keys += 1;
    if (read % CHECK_EVERY === 0) query.checkTime();
    const verdict = plan.keyFilter ? plan.keyFilter(decodeKey(key, directions)) : "unknown";
    if (verdict === "no" || seen?.has(rid)) continue;
    seen?.add(rid);
    yield { rid, isSure: verdict === "yes" && collection.writes === writes };
  }
}

/** A page is fetched in one go. */
function firstChunk({ skip, limit }: Query): number {
  return limit === 0 ? FIRST_CHUNK : Math.min(Math.max(skip + limit, SMALLEST_CHUNK), LARGEST_CHUNK);
}

function* entries(plan: IndexPlan, first: number): Generator<Entry> {
  if (plan.merges) return yield* mergedEntries(plan, first);
  for (const range of plan.backward ? plan.intervals.toReversed() : plan.intervals)
    yield* entriesIn(plan, range, first);
}

function* entriesIn(plan: IndexPlan, range: Interval, first: number): Generator<Entry> {
  let last: Entry | undefined;
  for (let chunk = first; ; chunk = Math.min(chunk * 2, LARGEST_CHUNK)) {
    const found = plan.index.tree.scan(range, last, chunk, plan.backward);
    yield* found;
    last = found.at(-1);
    if (!last || found.length < chunk) return;
  }
}

type Head = { source: Generator<Entry>; entry: Entry; prefixBytes: number };

/** Reads ordered intervals side by side, in the order of what follows their prefixes. */
function* mergedEntries(plan: IndexPlan, first: number): Generator<Entry> {
  const heads: Head[] = [];
  for (const range of plan.intervals) {
    const source = entriesIn(plan, range, first);
    const head = source.next();
    if (head.done !== true) heads.push({ source, entry: head.value, prefixBytes: range.prefixBytes });
  }
  while (heads.length > 0) {
    const next = heads.reduce((best, one) =>
      compareHeads(one, best) * (plan.backward ? -1 : 1) < 0 ? one : best,
    );
    yield next.entry;
    const following = next.source.next();
    if (following.done === true) heads.splice(heads.indexOf(next), 1);
    else next.entry = following.value;
  }
}

function compareHeads(left: Head, right: Head): number {
  const order = Buffer.compare(
    left.entry.key.subarray(left.prefixBytes),
    right.entry.key.subarray(right.prefixBytes),
  );
  return order || left.entry.rid - right.entry.rid;
}

/** A branch's key speaks for the branch, not for the whole filter. */
function* distinct(sources: readonly Generator<RidCandidate>[]): Generator<RidCandidate> {
  const seen = new Set<number>();
  for (const source of sources) {
    for (const { rid } of source) {
      if (seen.has(rid)) continue;
      seen.add(rid);
      yield { rid, isSure: false };
    }
  }
}

type Keyed = { key: KeyPart[]; found: Found };

/** Sorts in memory; with a limit only the best rows are kept. */
function* sorted(source: Iterable<Found>, query: Query): Generator<Found> {
  const { sort, collator, skip, limit } = query;
  const keep = limit > 0 ? skip + limit : Number.POSITIVE_INFINITY;
  const order = (a: Keyed, b: Keyed): number =>
    compareSortKeys(a.key, b.key, sort, collator) || a.found.rid - b.found.rid;
  let rows: Keyed[] = [];
  let bytes = 0;
  for (const found of source) {
    rows.push({ key: sortKey(found.doc, sort, collator), found });
    bytes += found.bytes.length;
    if (rows.length >= keep * 2 + LARGEST_CHUNK) {
      rows = rows.sort(order).slice(0, keep);
      bytes = rows.reduce((sum, row) => sum + row.found.bytes.length, 0);
    }
    if (bytes > SORT_BYTES) {
      throw new ServerError(
        292,
        "The sort needs more memory than allowed; add an index that gives the order, or a limit.",
      );
    }
  }
  for (const row of rows.sort(order)) yield row.found;
}
