import { Binary, BSONRegExp, Code, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { RANK } from "#server/database/embedded/values/compare.ts";
import { EMPTY_ARRAY, EMPTY_ARRAY_RANK, type KeyPart } from "#server/database/embedded/values/key-encode.ts";
import { invert, readNumberKey } from "#server/database/embedded/values/key-numbers.ts";
import { newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

type KeyReader = { key: Buffer; at: number; inverted: boolean };

/**
 * Reads the parts of an index key back. Number kinds and the difference between missing and null, and between
 * string and symbol, are lost; the planner uses the parts only to rule documents out.
 */
export function decodeKey(bytes: Uint8Array, directions: readonly (1 | -1)[]): KeyPart[] {
  const reader: KeyReader = {
    key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    inverted: false,
  };
  return directions.map((direction) => {
    reader.inverted = direction === -1;
    return readPart(reader);
  });
}

function peek(reader: KeyReader): number {
  const byte = reader.key[reader.at] ?? 0;
  return reader.inverted ? 0xff - byte : byte;
}

function readByte(reader: KeyReader): number {
  const byte = peek(reader);
  reader.at += 1;
  return byte;
}

function readBytes(reader: KeyReader, count: number): Buffer {
  const bytes = Buffer.from(reader.key.subarray(reader.at, reader.at + count));
  reader.at += count;
  if (reader.inverted) invert(bytes);
  return bytes;
}

function readPart(reader: KeyReader): KeyPart {
  if (peek(reader) !== EMPTY_ARRAY_RANK) return readValue(reader);
  reader.at += 1;
  return EMPTY_ARRAY;
}

function readValue(reader: KeyReader): Value {
  const rank = readByte(reader);
  switch (rank) {
    case RANK.null:
      return null;
    case RANK.number: {
      const { value, next } = readNumberKey(reader.key, reader.at, reader.inverted);
      reader.at = next;
      return value;
    }
    case RANK.string:
      return readText(reader);
    case RANK.object:
      return readDoc(reader);
    case RANK.array:
      return readList(reader);
    case RANK.objectId:
      return new ObjectId(readBytes(reader, 12));
    case RANK.boolean:
      return readByte(reader) === 1;
    case RANK.date:
      return new Date(Number(BigInt.asIntN(64, readBytes(reader, 8).readBigUInt64BE() - (1n << 63n))));
    default:
      return readRare(reader, rank);
  }
}

function readRare(reader: KeyReader, rank: number): Value {
  switch (rank) {
    case RANK.minKey:
      return new MinKey();
    case RANK.maxKey:
      return new MaxKey();
    case RANK.binary: {
      const head = readBytes(reader, 5);
      return new Binary(readBytes(reader, head.readUInt32BE(0)), head[4] ?? 0);
    }
    case RANK.timestamp: {
      const bytes = readBytes(reader, 8);
      return new Timestamp({ t: bytes.readUInt32BE(0), i: bytes.readUInt32BE(4) });
    }
    case RANK.regex:
      return new BSONRegExp(readText(reader), readText(reader));
    case RANK.code:
      return new Code(readText(reader));
    case RANK.codeWithScope:
      return new Code(readText(reader), readDoc(reader));
    default:
      throw new Error(`An index key holds an unknown type (${rank}).`);
  }
}

function readText(reader: KeyReader): string {
  const bytes: number[] = [];
  while (reader.at < reader.key.length) {
    const byte = readByte(reader);
    if (byte !== 0) {
      bytes.push(byte);
    } else if (readByte(reader) === 0xff) {
      bytes.push(0);
    } else {
      break;
    }
  }
  return Buffer.from(bytes).toString("utf8");
}

function readList(reader: KeyReader): Value[] {
  const list: Value[] = [];
  while (peek(reader) !== 0) list.push(readValue(reader));
  reader.at += 1;
  return list;
}

function readDoc(reader: KeyReader): Doc {
  const doc = newDoc();
  while (peek(reader) !== 0) {
    reader.at += 1;
    const name = readText(reader);
    doc[name] = readValue(reader);
  }
  reader.at += 1;
  return doc;
}
