import { BSONRegExp } from "bson";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { badValue, ServerError } from "#server/database/embedded/errors.ts";
import { matches } from "#server/database/embedded/query/match.ts";
import { isOperatorDoc, parseFilter } from "#server/database/embedded/query/parse.ts";
import { compareSortKeys, parseSort, sortKey } from "#server/database/embedded/query/sort.ts";
import type { UpdateOperator } from "#server/database/embedded/update/field-operators.ts";
import { findSlots, readSlot, writeSlot, type Slot } from "#server/database/embedded/update/path.ts";
import { compareValues, equalValues } from "#server/database/embedded/values/compare.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import {
  cloneValue,
  isDoc,
  newDoc,
  typeName,
  type Doc,
  type Value,
} from "#server/database/embedded/values/value.ts";

/** The array at a place, made when missing; anything else is refused. */
function arrayAt(slot: Slot, operator: string): Value[] {
  const value = readSlot(slot);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw badValue(
    `The field '${slot.path}' must be an array but is of type ${typeName(value)} (${operator}).`,
  );
}

/** `$push` and `$addToSet` take `{$each: […]}` besides one value. */
function eachOf(operand: Value): { items: Value[]; modifiers: Doc } {
  if (isDoc(operand) && operand["$each"] !== undefined) {
    const items = operand["$each"];
    if (!Array.isArray(items)) throw badValue("The argument to $each must be an array");
    return { items: items.map(cloneValue), modifiers: operand };
  }
  return { items: [cloneValue(operand)], modifiers: newDoc() };
}

const push: UpdateOperator = (doc, path, operand, context) => {
  const { items, modifiers } = eachOf(operand);
  for (const name of Object.keys(modifiers)) {
    if (!["$each", "$slice", "$sort", "$position"].includes(name))
      throw badValue(`Unrecognized clause in $push: ${name}`);
  }
  for (const slot of findSlots(doc, path, context, true)) {
    const list = arrayAt(slot, "$push");
    const position = whole(modifiers["$position"], "$position") ?? list.length;
    const grown = list.toSpliced(position < 0 ? Math.max(0, list.length + position) : position, 0, ...items);
    const sorted = modifiers["$sort"] === undefined ? grown : sortItems(grown, modifiers["$sort"]);
    const slice = whole(modifiers["$slice"], "$slice");
    writeSlot(slot, slice === undefined ? sorted : slice < 0 ? sorted.slice(slice) : sorted.slice(0, slice));
  }
};

function whole(value: Value | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (!isNumeric(value) || !Number.isInteger(toNumber(value)))
    throw badValue(`The value for ${name} must be an integer value`);
  return toNumber(value);
}

function sortItems(items: Value[], by: Value): Value[] {
  if (!isDoc(by)) {
    const sign = isNumeric(by) ? toNumber(by) : 0;
    if (sign !== 1 && sign !== -1) throw badValue("The $sort element value must be either 1 or -1");
    return items.toSorted((a, b) => compareValues(a, b) * sign);
  }
  const fields = parseSort(by);
  const keyed = items.map((item) => ({
    item,
    key: sortKey(isDoc(item) ? item : newDoc(), fields, undefined),
  }));
  return keyed.toSorted((a, b) => compareSortKeys(a.key, b.key, fields, undefined)).map(({ item }) => item);
}

const addToSet: UpdateOperator = (doc, path, operand, context) => {
  const { items } = eachOf(operand);
  for (const slot of findSlots(doc, path, context, true)) {
    const list = [...arrayAt(slot, "$addToSet")];
    for (const item of items) if (!list.some((one) => equalValues(one, item))) list.push(item);
    writeSlot(slot, list);
  }
};

const pop: UpdateOperator = (doc, path, operand, context) => {
  const end = isNumeric(operand) ? toNumber(operand) : 0;
  if (end !== 1 && end !== -1) throw new ServerError(9, "$pop expects 1 or -1");
  for (const slot of findSlots(doc, path, context, false)) {
    if (readSlot(slot) === undefined) continue;
    const list = arrayAt(slot, "$pop");
    writeSlot(slot, end === 1 ? list.slice(0, -1) : list.slice(1));
  }
};

const pullAll: UpdateOperator = (doc, path, operand, context) => {
  if (!Array.isArray(operand)) throw badValue("$pullAll requires an array argument");
  removeWhere(doc, path, context, "$pullAll", (item) => operand.some((one) => equalValues(one, item)));
};

function removeWhere(
  doc: Doc,
  path: string,
  context: Parameters<UpdateOperator>[3],
  operator: string,
  isGone: (item: Value) => boolean,
): void {
  for (const slot of findSlots(doc, path, context, false)) {
    if (readSlot(slot) === undefined) continue;
    const list = arrayAt(slot, operator);
    const rest = list.filter((item) => !isGone(item));
    if (rest.length !== list.length) writeSlot(slot, rest);
  }
}

/** `$pull` takes a value, operators on each element, or a filter on elements that are documents. */
function pull(environment: Environment): UpdateOperator {
  return (doc, path, operand, context) =>
    removeWhere(doc, path, context, "$pull", pullTest(operand, environment));
}

function pullTest(operand: Value, environment: Environment): (item: Value) => boolean {
  if ((isOperatorDoc(operand) && !isLogical(operand)) || operand instanceof BSONRegExp) {
    const holder = newDoc();
    holder["item"] = operand;
    const filter = parseFilter(holder, environment);
    return (item) => {
      const wrapped = newDoc();
      wrapped["item"] = item;
      return matches(filter, wrapped);
    };
  }
  if (isDoc(operand)) {
    const filter = parseFilter(operand, environment);
    return (item) => isDoc(item) && matches(filter, item);
  }
  return (item) => equalValues(item, operand, environment.collator);
}

function isLogical(operand: Doc): boolean {
  return ["$and", "$or", "$nor"].includes(Object.keys(operand)[0] ?? "");
}

/** The operators on arrays; `$pull` needs the command's collation. */
export function arrayOperators(environment: Environment): Record<string, UpdateOperator> {
  return { $push: push, $addToSet: addToSet, $pop: pop, $pullAll: pullAll, $pull: pull(environment) };
}
