import { Long, Timestamp } from "bson";
import { badValue, ServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import {
  clearSlot,
  findSlots,
  readSlot,
  writeSlot,
  type PathContext,
  type Slot,
} from "#server/database/embedded/update/path.ts";
import { compareValues } from "#server/database/embedded/values/compare.ts";
import {
  addNumbers,
  integerOf,
  isNumeric,
  multiplyNumbers,
  numberKind,
  toBigInt,
  type Numeric,
} from "#server/database/embedded/values/numbers.ts";
import { cloneValue, isDoc, typeName, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** What every update operator works with. */
export type UpdateContext = PathContext & { now: Date; isInsert: boolean };
export type UpdateOperator = (doc: Doc, path: string, operand: Value, context: UpdateContext) => void;

function onSlots(change: (slot: Slot, operand: Value, context: UpdateContext) => void): UpdateOperator {
  return (doc, path, operand, context) => {
    for (const slot of findSlots(doc, path, context, true)) change(slot, operand, context);
  };
}

function arithmetic(
  operator: string,
  missing: (operand: Numeric) => Value,
  run: (a: Numeric, b: Numeric) => Numeric,
): UpdateOperator {
  return onSlots((slot, operand) => {
    if (!isNumeric(operand))
      throw typeMismatch(`Cannot ${operator} with non-numeric argument: {${slot.path}}`);
    const value = readSlot(slot);
    if (value === undefined) return writeSlot(slot, missing(operand));
    if (!isNumeric(value)) {
      throw typeMismatch(
        `Cannot apply $${operator === "increment" ? "inc" : "mul"} to a value of non-numeric type. The field '${slot.path}' has type ${typeName(value)}.`,
      );
    }
    writeSlot(slot, run(value, operand));
  });
}

function extreme(sign: 1 | -1): UpdateOperator {
  return onSlots((slot, operand) => {
    const value = readSlot(slot);
    if (value === undefined || compareValues(operand, value) * sign > 0) writeSlot(slot, cloneValue(operand));
  });
}

const set: UpdateOperator = onSlots((slot, operand) => writeSlot(slot, cloneValue(operand)));

const unset: UpdateOperator = (doc, path, _operand, context) => {
  for (const slot of findSlots(doc, path, context, false)) clearSlot(slot);
};

const rename: UpdateOperator = (doc, path, operand, context) => {
  if (typeof operand !== "string") throw badValue(`The 'to' field for $rename must be a string: ${path}`);
  if (operand === path) throw badValue(`The source and target field for $rename must differ: ${path}`);
  if (/\$/.test(path + operand)) throw badValue(`The source field for $rename may not be dynamic: ${path}`);
  const [from] = findSlots(doc, path, context, false);
  const value = from ? readSlot(from) : undefined;
  if (!from || value === undefined) return;
  if (Array.isArray(from.holder)) throw badValue("The source field of $rename cannot be an array element.");
  clearSlot(from);
  for (const to of findSlots(doc, operand, context, true)) writeSlot(to, value);
};

const currentDate: UpdateOperator = onSlots((slot, operand, context) => {
  const type = isDoc(operand) ? operand["$type"] : operand;
  if (type === true || type === "date") return writeSlot(slot, context.now);
  if (type !== "timestamp") throw badValue("The '$type' of $currentDate is 'date' or 'timestamp'.");
  writeSlot(slot, new Timestamp({ t: Math.floor(context.now.getTime() / 1000), i: 1 }));
});

const bit: UpdateOperator = onSlots((slot, operand) => {
  if (!isDoc(operand)) throw badValue("The $bit modifier takes a document with 'and', 'or' or 'xor'.");
  const value = readSlot(slot) ?? 0;
  const operands = Object.entries(operand);
  let bits = bitOperand(value);
  let isLong = numberKind(value as Numeric) === "long";
  for (const [name, one] of operands) {
    const other = bitOperand(one);
    isLong ||= one instanceof Long;
    if (name === "and") bits &= other;
    else if (name === "or") bits |= other;
    else if (name === "xor") bits ^= other;
    else throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'.`);
  }
  writeSlot(slot, isLong ? Long.fromBigInt(bits) : integerOf(bits));
});

function bitOperand(value: Value): bigint {
  if (!isNumeric(value) || !["int", "long"].includes(numberKind(value))) {
    throw badValue("The $bit modifier works on integers only.");
  }
  return toBigInt(value);
}

const setOnInsert: UpdateOperator = (doc, path, operand, context) => {
  if (context.isInsert) set(doc, path, operand, context);
};

export const fieldOperators: Record<string, UpdateOperator> = {
  $set: set,
  $unset: unset,
  $setOnInsert: setOnInsert,
  $inc: arithmetic("increment", (operand) => operand, addNumbers),
  $mul: arithmetic("multiply", (operand) => multiplyNumbers(operand, 0), multiplyNumbers),
  $min: extreme(-1),
  $max: extreme(1),
  $rename: rename,
  $currentDate: currentDate,
  $bit: bit,
};

/** Refuses a change of `_id` (code 66). */
export function immutableId(): ServerError {
  return new ServerError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
}
