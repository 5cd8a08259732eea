import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";
import { badValue } from "#server/database/embedded/errors.ts";
import { isInt32, RawDocument, type Doc, type Value } from "#server/database/embedded/values/value.ts";

const START_BYTES = 4096;

/** A buffer that grows by doubling; one per document being encoded. */
class Writer {
  buffer = Buffer.allocUnsafe(START_BYTES);
  at = 0;

  /** Makes room for `count` bytes and returns where they start. */
  reserve(count: number): number {
    const start = this.at;
    this.at += count;
    if (this.at > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.at, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, start);
      this.buffer = grown;
    }
    return start;
  }

  // The place is reserved before `this.buffer` is read: reserving may exchange the buffer.
  int32(value: number): void {
    const start = this.reserve(4);
    this.buffer.writeInt32LE(value, start);
  }

  int64(value: bigint): void {
    const start = this.reserve(8);
    this.buffer.writeBigInt64LE(value, start);
  }

  byte(value: number): void {
    const start = this.reserve(1);
    this.buffer[start] = value;
  }

  double(value: number): void {
    const start = this.reserve(8);
    this.buffer.writeDoubleLE(value, start);
  }

  bytes(value: Uint8Array): void {
    const start = this.reserve(value.length);
    this.buffer.set(value, start);
  }

  cstring(value: string): void {
    if (value.includes("\0")) throw badValue("A field name or pattern may not contain a null character.");
    const start = this.reserve(value.length * 3 + 1);
    const written = this.buffer.write(value, start, "utf8");
    this.buffer[start + written] = 0;
    this.at = start + written + 1;
  }

  string(value: string): void {
    const start = this.reserve(value.length * 3 + 5);
    const written = this.buffer.write(value, start + 4, "utf8");
    this.buffer.writeInt32LE(written + 1, start);
    this.buffer[start + 4 + written] = 0;
    this.at = start + written + 5;
  }
}

/** Encodes a document; the bytes are the caller's to keep. */
export function encodeDoc(doc: Doc): Buffer {
  const writer = new Writer();
  writeDocument(writer, doc);
  return Buffer.from(writer.buffer.subarray(0, writer.at));
}

function writeDocument(writer: Writer, doc: Doc): void {
  const start = writer.reserve(4);
  for (const name of Object.keys(doc)) {
    const value = doc[name];
    if (value !== undefined) writeElement(writer, name, value);
  }
  writer.byte(0);
  writer.buffer.writeInt32LE(writer.at - start, start);
}

function writeArray(writer: Writer, list: Value[]): void {
  const start = writer.reserve(4);
  for (let index = 0; index < list.length; index += 1)
    writeElement(writer, String(index), list[index] ?? null);
  writer.byte(0);
  writer.buffer.writeInt32LE(writer.at - start, start);
}

function tag(writer: Writer, type: number, name: string): void {
  writer.byte(type);
  writer.cstring(name);
}

function writeElement(writer: Writer, name: string, value: Value): void {
  if (value === null) return tag(writer, 0x0a, name);
  switch (typeof value) {
    case "string":
      tag(writer, 0x02, name);
      return writer.string(value);
    case "number":
      return writeNumber(writer, name, value);
    case "boolean":
      tag(writer, 0x08, name);
      return writer.byte(value ? 1 : 0);
    default:
      return writeObject(writer, name, value);
  }
}

function writeNumber(writer: Writer, name: string, value: number): void {
  if (isInt32(value)) {
    tag(writer, 0x10, name);
    writer.int32(value);
  } else {
    tag(writer, 0x01, name);
    writer.double(value);
  }
}

function writeObject(
  writer: Writer,
  name: string,
  value: Exclude<Value, null | string | number | boolean>,
): void {
  if (Array.isArray(value)) {
    tag(writer, 0x04, name);
    writeArray(writer, value);
  } else if (value instanceof ObjectId) {
    tag(writer, 0x07, name);
    writer.bytes(value.id);
  } else if (value instanceof Date) {
    tag(writer, 0x09, name);
    const millis = value.getTime();
    writer.int64(BigInt(Number.isNaN(millis) ? 0 : millis));
  } else if (value instanceof RawDocument) {
    tag(writer, value.isArray ? 0x04 : 0x03, name);
    writer.bytes(value.bytes);
  } else if (value instanceof Long) {
    tag(writer, value instanceof Timestamp ? 0x11 : 0x12, name);
    writer.int32(value.low);
    writer.int32(value.high);
  } else {
    writeRareObject(writer, name, value);
  }
}

function writeRareObject(
  writer: Writer,
  name: string,
  value: Exclude<Value, null | string | number | boolean>,
): void {
  if (value instanceof Double) {
    tag(writer, 0x01, name);
    writer.double(value.value);
  } else if (value instanceof Int32) {
    tag(writer, 0x10, name);
    writer.int32(value.value);
  } else if (value instanceof Binary) {
    tag(writer, 0x05, name);
    writer.int32(value.position);
    writer.byte(value.sub_type);
    writer.bytes(value.buffer.subarray(0, value.position));
  } else if (value instanceof Decimal128) {
    tag(writer, 0x13, name);
    writer.bytes(value.bytes);
  } else if (value instanceof BSONRegExp) {
    tag(writer, 0x0b, name);
    writer.cstring(value.pattern);
    writer.cstring(value.options);
  } else if (value instanceof BSONSymbol) {
    tag(writer, 0x0e, name);
    writer.string(value.value);
  } else if (value instanceof Code) {
    writeCode(writer, name, value);
  } else if (value instanceof MinKey || value instanceof MaxKey) {
    tag(writer, value instanceof MinKey ? 0xff : 0x7f, name);
  } else {
    tag(writer, 0x03, name);
    writeDocument(writer, value as Doc);
  }
}

function writeCode(writer: Writer, name: string, value: Code): void {
  const text = typeof value.code === "string" ? value.code : "";
  if (!value.scope) {
    tag(writer, 0x0d, name);
    return writer.string(text);
  }
  tag(writer, 0x0f, name);
  const start = writer.reserve(4);
  writer.string(text);
  writeDocument(writer, value.scope as Doc);
  writer.buffer.writeInt32LE(writer.at - start, start);
}
