/** Bytes every message begins with: length, request id, response-to, operation. */
export const HEADER_BYTES = 16;

/** A client broke the protocol; its connection is closed. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FrameError";
  }
}

/**
 * Cuts a stream of chunks into messages. Chunks are kept as they are until a message is complete, so a slow or
 * hostile client cannot make this copy the same bytes again and again.
 */
export class FrameReader {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds a chunk and returns the messages that are now complete. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    for (
      let length = this.#expected();
      length !== undefined && this.#bytes >= length;
      length = this.#expected()
    ) {
      messages.push(this.#take(length));
    }
    return messages;
  }

  /** The length the next message states; `undefined` while too little has arrived. */
  #expected(): number | undefined {
    if (this.#bytes < HEADER_BYTES) return undefined;
    const [first] = this.#chunks;
    const head = first && first.length >= 4 ? first : this.#join();
    const length = head.readInt32LE(0);
    if (length < HEADER_BYTES || length > this.#maxBytes)
      throw new FrameError(`A message of ${length} bytes was refused.`);
    return length;
  }

  #join(): Buffer {
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #take(length: number): Buffer {
    const [first] = this.#chunks;
    const joined = first && first.length >= length ? first : this.#join();
    const message = joined.subarray(0, length);
    const rest = joined.subarray(length);
    if (joined === first) this.#chunks[0] = rest;
    else this.#chunks = [rest];
    if (rest.length === 0) this.#chunks.shift();
    this.#bytes -= length;
    return message;
  }
}
