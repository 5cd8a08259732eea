import type { Filter } from "#server/database/embedded/query/predicate.ts";
import type { SortField } from "#server/database/embedded/query/sort.ts";

/** A query that looked at this many documents one by one is worth a line. */
export const LONG_SCAN_DOCUMENTS = 1_000;
/** Further shapes of queries are not reported. */
const MAX_SHAPES = 500;
const MAX_FIELDS = 12;
const MAX_NAME_LENGTH = 80;

/**
 * Reports queries that read a whole large collection, once per shape. A line names the collection and its fields,
 * never a value.
 */
export class ScanLog {
  readonly #report: (message: string) => void;
  readonly #shapes = new Set<string>();

  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** A query has looked at `LONG_SCAN_DOCUMENTS` documents without an index. */
  note(collection: string, filter: Filter, sort: readonly SortField[]): void {
    const fields = [...new Set(fieldsOf(filter))].toSorted();
    if (fields.length === 0 && sort.length === 0) return;
    const order = sort.length === 0 ? "" : `, ordered by ${shown(sort.map(({ path }) => path))}`;
    const wanted = fields.length === 0 ? "everything" : shown(fields);
    const shape = `${shown([collection])}: ${wanted}${order}`;
    if (this.#shapes.has(shape) || this.#shapes.size >= MAX_SHAPES) return;
    this.#shapes.add(shape);
    this.#report(
      `A query without an index read more than ${LONG_SCAN_DOCUMENTS} documents of the built-in database: ${shape}.`,
    );
  }
}

function shown(names: readonly string[]): string {
  const clean = names
    .slice(0, MAX_FIELDS)
    .map((name) => name.slice(0, MAX_NAME_LENGTH).replaceAll(/[^\w.$-]/g, "?"));
  return names.length > MAX_FIELDS ? `${clean.join(", ")} and others` : clean.join(", ");
}

function fieldsOf(filter: Filter): string[] {
  switch (filter.kind) {
    case "and":
    case "or":
    case "nor":
      return filter.filters.flatMap(fieldsOf);
    case "not":
      return fieldsOf(filter.filter);
    case "field":
    case "elements":
      return [filter.path];
    case "expression":
      return ["$expr"];
  }
}
