import { badValue, notSupported } from "#server/database/embedded/errors.ts";
import { compareValues, type Collator } from "#server/database/embedded/values/compare.ts";
import { EMPTY_ARRAY, type KeyPart } from "#server/database/embedded/values/key-encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

export type SortField = { path: string; parts: string[]; direction: 1 | -1 };

/** Parses a sort specification; `$natural` gives an empty one. */
export function parseSort(spec: Doc): SortField[] {
  const fields: SortField[] = [];
  for (const [path, value] of Object.entries(spec)) {
    if (path === "$natural") continue;
    if (isDoc(value)) throw notSupported("Sorting by $meta");
    const direction = isNumeric(value) ? toNumber(value) : value === true ? 1 : 0;
    if (direction !== 1 && direction !== -1) {
      throw badValue("$sort key ordering must be 1 (for ascending) or -1 (for descending)");
    }
    fields.push({ path, parts: path.split("."), direction });
  }
  return fields;
}

/** The values a document is sorted by: of an array, its smallest element ascending, its largest descending. */
export function sortKey(doc: Doc, fields: readonly SortField[], collator: Collator): KeyPart[] {
  return fields.map(({ parts, direction }) => {
    const found: KeyPart[] = [];
    collect(doc, parts, 0, found);
    const [first, ...rest] = found;
    return rest.reduce<KeyPart>(
      (best, one) => (compareParts(one, best, collator) * direction < 0 ? one : best),
      first,
    );
  });
}

function collect(value: Value | undefined, parts: readonly string[], from: number, found: KeyPart[]): void {
  const part = parts[from];
  if (part === undefined) {
    if (!Array.isArray(value)) found.push(value);
    else if (value.length === 0) found.push(EMPTY_ARRAY);
    else for (const item of value) found.push(item);
  } else if (Array.isArray(value)) {
    const position = /^\d+$/.test(part) ? value[Number(part)] : undefined;
    if (position !== undefined) return collect(position, parts, from + 1, found);
    if (value.length === 0) found.push(undefined);
    for (const item of value) collect(isDoc(item) ? item[part] : undefined, parts, from + 1, found);
  } else {
    collect(isDoc(value) ? value[part] : undefined, parts, from + 1, found);
  }
}

function compareParts(left: KeyPart, right: KeyPart, collator: Collator): number {
  if (left === EMPTY_ARRAY || right === EMPTY_ARRAY) return compareEmpty(left, right);
  return compareValues(left, right, collator);
}

/** An empty array comes right before null. */
function compareEmpty(left: KeyPart, right: KeyPart): number {
  if (left === right) return 0;
  const other = left === EMPTY_ARRAY ? right : left;
  const order = other === EMPTY_ARRAY || compareValues(other, null) >= 0 ? -1 : 1;
  return left === EMPTY_ARRAY ? order : -order;
}

/** Orders two documents by their sort keys. */
export function compareSortKeys(
  left: readonly KeyPart[],
  right: readonly KeyPart[],
  fields: readonly SortField[],
  collator: Collator,
): number {
  for (const [index, { direction }] of fields.entries()) {
    const order = compareParts(left[index], right[index], collator);
    if (order !== 0) return order * direction;
  }
  return 0;
}
