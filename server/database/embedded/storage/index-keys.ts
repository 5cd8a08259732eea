import { ServerError } from "#server/database/embedded/errors.ts";
import { arrayPosition } from "#server/database/embedded/query/match.ts";
import type { SortField } from "#server/database/embedded/query/sort.ts";
import { EMPTY_ARRAY, encodeKey, type KeyPart } from "#server/database/embedded/values/key-encode.ts";
import { isDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What one document puts into one index. */
export type IndexKeys = {
  /** Distinct keys, each with the parts it was made of. */
  keys: Map<string, { bytes: Buffer; parts: KeyPart[] }>;
  /** Which of the indexed paths went through an array. */
  multikey: boolean[];
  /** Whether the document has at least one of the indexed fields. */
  present: boolean;
};

type Open = { value: Value | undefined; parts: readonly string[]; from: number };
type Part = { done: true; part: KeyPart } | { done: false; open: Open };

/** Computes the index keys of a document. Two independent arrays in one index are refused (code 171). */
export function indexKeys(doc: Doc, fields: readonly SortField[]): IndexKeys {
  const directions = fields.map((field) => field.direction);
  const result: IndexKeys = { keys: new Map(), multikey: fields.map(() => false), present: false };
  const start = fields.map(({ parts }): Part => ({ done: false, open: { value: doc, parts, from: 0 } }));
  expand(start, result, (parts) => {
    if (parts.some((part) => part !== undefined)) result.present = true;
    const bytes = encodeKey(parts, directions);
    result.keys.set(bytes.toString("latin1"), { bytes, parts });
  });
  return result;
}

function expand(parts: Part[], result: IndexKeys, emit: (parts: KeyPart[]) => void): void {
  const walked = parts.map((part): Part => (part.done ? part : walk(part.open)));
  const arrays = walked.map((part) =>
    !part.done && Array.isArray(part.open.value) ? part.open.value : undefined,
  );
  const array = arrays.find((one) => one !== undefined);
  if (!array) return emit(walked.map((part) => (part.done ? part.part : undefined)));
  if (arrays.some((one) => one !== undefined && one !== array)) {
    throw new ServerError(171, "cannot index parallel arrays");
  }
  for (const [index, one] of arrays.entries()) if (one) result.multikey[index] = true;
  if (array.length === 0)
    return expand(
      walked.map((part, index) => (arrays[index] ? emptyPart(part) : part)),
      result,
      emit,
    );
  for (const item of array)
    expand(
      walked.map((part, index) => (arrays[index] ? itemPart(part, item) : part)),
      result,
      emit,
    );
}

/** Follows a path to its end or to the first array. */
function walk(open: Open): Part {
  let { value, from } = open;
  while (from < open.parts.length) {
    const part = open.parts[from] ?? "";
    if (Array.isArray(value)) {
      const position = arrayPosition(part);
      if (position === undefined || position >= value.length)
        return { done: false, open: { ...open, value, from } };
      value = value[position];
    } else {
      value = isDoc(value) ? value[part] : undefined;
    }
    from += 1;
  }
  return Array.isArray(value) ? { done: false, open: { ...open, value, from } } : { done: true, part: value };
}

function emptyPart(part: Part): Part {
  if (part.done) return part;
  return { done: true, part: part.open.from === part.open.parts.length ? EMPTY_ARRAY : undefined };
}

function itemPart(part: Part, item: Value): Part {
  if (part.done) return part;
  const { parts, from } = part.open;
  if (from === parts.length) return { done: true, part: item };
  if (!isDoc(item)) return { done: true, part: undefined };
  return { done: false, open: { value: item, parts, from } };
}
