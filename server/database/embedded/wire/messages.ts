import type { Request } from "#server/database/embedded/commands/request.ts";
import { decodeDoc, documentLength } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { field, type Doc } from "#server/database/embedded/values/value.ts";
import { FrameError, HEADER_BYTES } from "#server/database/embedded/wire/frames.ts";

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Of the first sixteen flag bits a server must know each one it is sent. */
const REQUIRED_BITS = 0xffff;
/** OP_REPLY flag: the server can wait for data. */
const AWAIT_CAPABLE = 8;

/** One decoded message. `kind` is how to answer it. */
export type Message = {
  requestId: number;
  kind: "msg" | "query";
  wantsReply: boolean;
  request: Omit<Request, "connectionId">;
};

/** Decodes one message; throws when the client broke the protocol. */
export function decodeMessage(buffer: Buffer): Message {
  const requestId = buffer.readInt32LE(4);
  const operation = buffer.readInt32LE(12);
  if (operation === OP_MSG) return decodeMsg(buffer, requestId);
  if (operation === OP_QUERY) return decodeQuery(buffer, requestId);
  throw new FrameError(`Operation ${operation} is not supported.`);
}

function decodeMsg(buffer: Buffer, requestId: number): Message {
  if (buffer.length < HEADER_BYTES + 4) throw new FrameError("A message is cut short.");
  const flags = buffer.readUInt32LE(HEADER_BYTES);
  if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0)
    throw new FrameError("A message has unknown flags.");
  const end = buffer.length - ((flags & CHECKSUM_PRESENT) === 0 ? 0 : 4);
  const sequences = new Map<string, Uint8Array[]>();
  let body: Doc | undefined;
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = buffer[at];
    at += 1;
    if (kind === 0) {
      if (body) throw new FrameError("A message has two bodies.");
      const length = documentLength(buffer, at, end);
      body = decodeDoc(buffer.subarray(at, at + length));
      at += length;
    } else if (kind === 1) {
      at = readSequence(buffer, at, end, sequences);
    } else {
      throw new FrameError("A message has a section of unknown kind.");
    }
  }
  if (!body) throw new FrameError("A message has no body.");
  const database = field(body, "$db");
  return {
    requestId,
    kind: "msg",
    wantsReply: (flags & MORE_TO_COME) === 0,
    request: {
      name: nameOf(body),
      database: typeof database === "string" ? database : "admin",
      body,
      sequences,
    },
  };
}

function nameOf(body: Doc): string {
  return Object.keys(body)[0] ?? "";
}

function readSequence(
  buffer: Buffer,
  start: number,
  end: number,
  sequences: Map<string, Uint8Array[]>,
): number {
  if (start + 5 > end) throw new FrameError("A document sequence is cut short.");
  const stop = start + buffer.readInt32LE(start);
  const nameEnd = buffer.indexOf(0, start + 4);
  if (stop > end || stop < start + 5 || nameEnd === -1 || nameEnd >= stop)
    throw new FrameError("A document sequence is not valid.");
  const name = buffer.toString("utf8", start + 4, nameEnd);
  const documents = sequences.get(name) ?? [];
  let at = nameEnd + 1;
  while (at < stop) {
    const length = documentLength(buffer, at, stop);
    documents.push(buffer.subarray(at, at + length));
    at += length;
  }
  sequences.set(name, documents);
  return stop;
}

/** The old operation drivers use for their very first `hello`. */
function decodeQuery(buffer: Buffer, requestId: number): Message {
  const nameEnd = buffer.indexOf(0, HEADER_BYTES + 4);
  if (nameEnd === -1 || nameEnd + 9 > buffer.length) throw new FrameError("A query is cut short.");
  const target = buffer.toString("utf8", HEADER_BYTES + 4, nameEnd);
  if (!target.endsWith(".$cmd")) throw new FrameError("Only commands may be sent as queries.");
  const at = nameEnd + 9;
  const body = decodeDoc(buffer.subarray(at, at + documentLength(buffer, at, buffer.length)));
  return {
    requestId,
    kind: "query",
    wantsReply: true,
    request: { name: nameOf(body), database: target.slice(0, -".$cmd".length), body, sequences: new Map() },
  };
}

/** Encodes the answer to a message, in the form the client asked in. */
export function encodeReply(message: Message, replyId: number, doc: Doc): Buffer {
  const body = encodeDoc(doc);
  const extra = message.kind === "msg" ? 5 : 20;
  const buffer = Buffer.alloc(HEADER_BYTES + extra);
  buffer.writeInt32LE(HEADER_BYTES + extra + body.length, 0);
  buffer.writeInt32LE(replyId, 4);
  buffer.writeInt32LE(message.requestId, 8);
  buffer.writeInt32LE(message.kind === "msg" ? OP_MSG : OP_REPLY, 12);
  if (message.kind === "query") {
    buffer.writeInt32LE(AWAIT_CAPABLE, HEADER_BYTES);
    buffer.writeInt32LE(1, HEADER_BYTES + 16);
  }
  return Buffer.concat([buffer, body]);
}
