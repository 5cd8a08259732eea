import { badValue, ServerError } from "#server/database/embedded/errors.ts";
import { arrayPosition, matches } from "#server/database/embedded/query/match.ts";
import type { Filter } from "#server/database/embedded/query/predicate.ts";
import { isDoc, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** How the special parts of a path (`$`, `$[]`, `$[name]`) find their elements. */
export type PathContext = {
  /** The index `$` stands for below `arrayPath`; refuses when the filter matched no element. */
  matchedIndex(arrayPath: string): number;
  arrayFilters: ReadonlyMap<string, Filter>;
};

/** A place in a document: a field of a document or a position of an array. */
export type Slot = { holder: Doc | Value[]; key: string | number; path: string };

/** More elements than this are not padded with nulls (`$set: {"a.2000000": 1}`). */
const MAX_PADDING = 1_500_000;

export function readSlot(slot: Slot): Value | undefined {
  if (Array.isArray(slot.holder)) return typeof slot.key === "number" ? slot.holder[slot.key] : undefined;
  return slot.holder[String(slot.key)];
}

export function writeSlot(slot: Slot, value: Value): void {
  const { holder, key } = slot;
  if (!Array.isArray(holder)) {
    holder[String(key)] = value;
    return;
  }
  const position = Number(key);
  if (position - holder.length > MAX_PADDING)
    throw badValue(`can't backfill more than ${MAX_PADDING} elements`);
  while (holder.length < position) holder.push(null);
  holder[position] = value;
}

/** Removes a field; an array element becomes null instead, so that the others keep their places. */
export function clearSlot(slot: Slot): void {
  if (Array.isArray(slot.holder)) {
    if (typeof slot.key === "number" && slot.key < slot.holder.length) slot.holder[slot.key] = null;
  } else {
    delete slot.holder[String(slot.key)];
  }
}

/**
 * Finds the places an update path means. With `create`, missing documents on the way are made, and a scalar on
 * the way is an error (code 28); without, such paths lead nowhere.
 */
export function findSlots(doc: Doc, path: string, context: PathContext, create: boolean): Slot[] {
  const parts = path.split(".");
  if (parts.some((part) => part === ""))
    throw new ServerError(
      56,
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  return step({ holder: doc, parts, at: 0, walked: "", context, create });
}

type Walk = {
  holder: Doc | Value[];
  parts: string[];
  at: number;
  walked: string;
  context: PathContext;
  create: boolean;
};

function step(walk: Walk): Slot[] {
  const { holder, parts, at, walked } = walk;
  const part = parts[at] ?? "";
  const isLast = at === parts.length - 1;
  const keys = keysFor(walk, part);
  return keys.flatMap((key) => {
    const path = walked === "" ? String(key) : `${walked}.${key}`;
    const slot: Slot = { holder, key, path };
    if (isLast) return [slot];
    const next = enter(slot, walk);
    return next ? step({ ...walk, holder: next, at: at + 1, walked: path }) : [];
  });
}

/** The keys one part of the path stands for in `holder`. */
function keysFor(walk: Walk, part: string): (string | number)[] {
  const { holder, context, walked } = walk;
  if (part === "$") {
    if (!Array.isArray(holder)) throw badValue(`The positional operator needs an array at '${walked}'.`);
    return [context.matchedIndex(walked)];
  }
  if (part.startsWith("$[") && part.endsWith("]")) return elementKeys(walk, part.slice(2, -1));
  if (!Array.isArray(holder)) return [part];
  const position = arrayPosition(part);
  if (position === undefined) {
    if (!walk.create) return [];
    throw new ServerError(28, `Cannot create field '${part}' in an array.`);
  }
  return [position];
}

function elementKeys(walk: Walk, name: string): number[] {
  const { holder, context, walked } = walk;
  if (!Array.isArray(holder))
    throw badValue(`The path '${walked}' must exist in the document in order to apply array updates.`);
  const filter = name === "" ? undefined : context.arrayFilters.get(name);
  if (name !== "" && !filter)
    throw badValue(`No array filter found for identifier '${name}' in path '${walked}'`);
  return [...holder.keys()].filter((index) => !filter || matches(filter, wrap(name, holder[index] ?? null)));
}

/** Array filters are written on a document whose one field is the identifier. */
function wrap(name: string, value: Value): Doc {
  const doc = newDoc();
  doc[name] = value;
  return doc;
}

function enter(slot: Slot, walk: Walk): Doc | Value[] | undefined {
  const value = readSlot(slot);
  if (isDoc(value) || Array.isArray(value)) return value;
  if (!walk.create) return undefined;
  if (value !== undefined) {
    throw new ServerError(
      28,
      `Cannot create field '${walk.parts[walk.at + 1] ?? ""}' in element {${slot.path}}, which is not a document.`,
    );
  }
  const made = newDoc();
  writeSlot(slot, made);
  return made;
}
