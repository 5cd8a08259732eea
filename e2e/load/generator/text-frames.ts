import type { Duplex } from "node:stream";

/**
 * WebSocket text frames on a bare socket (RFC 6455), only as much as two ends of a load run need: whole messages, no extensions. A library would cost the generator the
 * core that it measures with.
 */
const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const OPCODE = 0x0f;
const LENGTH = 0x7f;
const [CLOSE, PING, PONG] = [0x8, 0x9, 0xa];

/** `masked` as a client must: with the key 0, which leaves the text as it is. The text is Latin-1. */
export function textFrame(text: string, masked: boolean): Buffer {
  const extra = text.length < 126 ? 0 : text.length < 65_536 ? 2 : 8;
  const head = 2 + extra + (masked ? 4 : 0);
  const frame = Buffer.allocUnsafe(head + text.length);
  frame[0] = FINAL_TEXT;
  frame[1] = (masked ? MASKED : 0) | (extra === 0 ? text.length : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(text.length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(text.length), 2);
  if (masked) frame.writeUInt32BE(0, 2 + extra);
  frame.write(text, head, "latin1");
  return frame;
}

function controlFrame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  const head = Buffer.from([MASKED | opcode, (masked ? MASKED : 0) | payload.length]);
  return Buffer.concat(masked ? [head, Buffer.alloc(4), payload] : [head, payload]);
}

/** Cuts the bytes of a socket into text messages. Pings are answered; a close frame or a binary message ends the reading. */
export class FrameReader {
  readonly #socket: Duplex;
  readonly #masksItself: boolean;
  readonly #onText: (text: Buffer) => void;
  #rest: Buffer | null = null;

  /** `masksItself`: this end is the client. `onText` gets a view that is only valid during the call. */
  constructor(socket: Duplex, masksItself: boolean, onText: (text: Buffer) => void) {
    this.#socket = socket;
    this.#masksItself = masksItself;
    this.#onText = onText;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const used = this.#one(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = bytes.length === 0 ? null : bytes;
  }

  /** Handles the first frame of the bytes; how long it was, 0 when it is not there as a whole. */
  #one(bytes: Buffer): number {
    if (bytes.length < 2) return 0;
    const second = bytes.readUInt8(1);
    const short = second & LENGTH;
    const isMasked = (second & MASKED) !== 0;
    const keyAt = short === 126 ? 4 : short === 127 ? 10 : 2;
    const from = keyAt + (isMasked ? 4 : 0);
    if (bytes.length < from) return 0;
    const length =
      short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (bytes.length < from + length) return 0;
    const payload = bytes.subarray(from, from + length);
    if (isMasked) unmask(payload, bytes.subarray(keyAt, from));
    this.#take(bytes.readUInt8(0), payload);
    return from + length;
  }

  #take(first: number, payload: Buffer): void {
    if (first === FINAL_TEXT) this.#onText(payload);
    else if ((first & OPCODE) === PING) this.#socket.write(controlFrame(PONG, payload, this.#masksItself));
    else if ((first & OPCODE) === CLOSE) {
      this.#socket.end(controlFrame(CLOSE, payload, this.#masksItself));
    }
  }
}

function unmask(payload: Buffer, key: Buffer): void {
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (key[at & 3] ?? 0);
}
