import { Decimal128 } from "bson";
import {
  compareExact,
  decimalOf,
  integerOf,
  subtractExact,
  toExact,
  toNumber,
  type Exact,
  type Numeric,
} from "#server/database/embedded/values/numbers.ts";

/**
 * Numbers in index keys: eight bytes for the nearest double, then a byte that says whether the number is
 * below, equal to or above that double, and, unless equal, the exact distance as an ordered decimal.
 */
const BELOW = 0x40;
const EXACT = 0x80;
const ABOVE = 0xc0;
const EXPONENT_BIAS = 0x8000;
const NAN_KEY = Buffer.alloc(9);
const scratch = Buffer.alloc(9);

/** Order-preserving bytes of a number; equal numbers of different kinds give equal bytes. */
export function numberKey(value: Numeric): Buffer {
  const nearest = nearestDouble(value);
  if (Number.isNaN(nearest)) return NAN_KEY;
  scratch.writeDoubleBE(nearest === 0 ? 0 : nearest, 0);
  flipDouble(scratch);
  scratch[8] = EXACT;
  if (typeof value === "number") return Buffer.from(scratch);
  const exact = toExact(value);
  const base = toExact(nearest);
  const order = exact && base ? compareExact(exact, base) : 0;
  if (order === 0 || !exact || !base) return Buffer.from(scratch);
  scratch[8] = order < 0 ? BELOW : ABOVE;
  const tail = magnitudeBytes(order < 0 ? subtractExact(base, exact) : subtractExact(exact, base));
  if (order < 0) invert(tail);
  return Buffer.concat([scratch, tail]);
}

/** Reads what `numberKey` wrote. Kinds are not kept: integers come back as int32 or int64. */
export function readNumberKey(key: Buffer, at: number, inverted: boolean): { value: Numeric; next: number } {
  const head = Buffer.from(key.subarray(at, at + 9));
  if (inverted) invert(head);
  const relation = head[8] ?? 0;
  if (relation === 0) return { value: Number.NaN, next: at + 9 };
  unflipDouble(head);
  const nearest = head.readDoubleBE(0);
  if (relation === EXACT) return { value: nearest, next: at + 9 };
  const tailFlipped = inverted !== (relation === BELOW);
  const terminator = tailFlipped ? 0xff : 0;
  let end = at + 11;
  while (end < key.length && key[end] !== terminator) end += 1;
  const tail = Buffer.from(key.subarray(at + 9, end + 1));
  if (tailFlipped) invert(tail);
  const distance = readMagnitude(tail);
  const base = toExact(nearest) ?? { digits: 0n, exponent: 0 };
  const signed = relation === BELOW ? { ...distance, digits: -distance.digits } : distance;
  const exact = subtractExact(base, { ...signed, digits: -signed.digits });
  return { value: numericOf(exact), next: end + 1 };
}

function numericOf(exact: Exact): Numeric {
  const isInteger = exact.exponent >= 0 && exact.exponent < 19;
  const whole = isInteger ? exact.digits * 10n ** BigInt(exact.exponent) : 0n;
  return isInteger && BigInt.asIntN(64, whole) === whole ? integerOf(whole) : decimalOf(exact);
}

function nearestDouble(value: Numeric): number {
  const double = toNumber(value);
  if (Number.isFinite(double) || !(value instanceof Decimal128) || !toExact(value)) return double;
  return double > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

/** Two bytes of decimal exponent, the significant digits as characters, a zero byte. */
function magnitudeBytes(value: Exact): Buffer {
  const digits = String(value.digits).replace(/0+$/, "");
  const exponent = value.exponent + String(value.digits).length;
  const bytes = Buffer.alloc(digits.length + 3);
  bytes.writeUInt16BE(exponent + EXPONENT_BIAS, 0);
  bytes.write(digits, 2, "latin1");
  return bytes;
}

function readMagnitude(bytes: Buffer): Exact {
  const text = bytes.toString("latin1", 2, bytes.length - 1);
  return { digits: BigInt(text), exponent: bytes.readUInt16BE(0) - EXPONENT_BIAS - text.length };
}

/** Makes the big-endian bytes of doubles sort like the doubles. */
function flipDouble(bytes: Buffer): void {
  const first = bytes[0] ?? 0;
  if (first < 128) bytes[0] = first | 128;
  else for (let index = 0; index < 8; index += 1) bytes[index] = ~(bytes[index] ?? 0);
}

function unflipDouble(bytes: Buffer): void {
  const first = bytes[0] ?? 0;
  if (first >= 128) bytes[0] = first & 127;
  else for (let index = 0; index < 8; index += 1) bytes[index] = ~(bytes[index] ?? 0);
}

/** Flips every byte: what sorted ascending then sorts descending. */
export function invert(bytes: Buffer, from = 0): void {
  for (let index = from; index < bytes.length; index += 1) bytes[index] = ~(bytes[index] ?? 0);
}
