import { randomInt } from "node:crypto";
import { Long } from "bson";
import type { ChangeStream } from "#server/database/embedded/changes/change-stream.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { isNumeric, toBigInt, type Numeric } from "#server/database/embedded/values/numbers.ts";
import { docOf, RawDocument, type Doc, type Value } from "#server/database/embedded/values/value.ts";
import type { Clock } from "#server/lib/clock.ts";

/** A result that is still being read. */
export type Cursor = { id: Long; ns: string; usedAtMs: number; noTimeout: boolean } & (
  | { kind: "documents"; source: Iterator<Uint8Array>; ahead: Uint8Array | undefined }
  | { kind: "changes"; stream: ChangeStream }
);

export type Batch = { documents: RawDocument[]; isDone: boolean };

/** A reply may hold this much in documents. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const IDLE_MS = 10 * 60_000;
const MAX_CURSORS = 2_000;

/** The open cursors; idle ones are closed after ten minutes, and the oldest when there are too many. */
export class CursorStore {
  readonly #clock: Clock;
  readonly #cursors = new Map<string, Cursor>();
  #next = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  #newId(): Long {
    this.#next += 1n;
    return Long.fromBigInt((BigInt(randomInt(1, 0x7fffff)) << 40n) + this.#next);
  }

  openDocuments(
    ns: string,
    source: Iterator<Uint8Array>,
    ahead: Uint8Array | undefined,
    noTimeout: boolean,
  ): Cursor {
    return this.#keep({ id: this.#newId(), ns, usedAtMs: 0, noTimeout, kind: "documents", source, ahead });
  }

  openChanges(ns: string, stream: ChangeStream): Cursor {
    return this.#keep({ id: this.#newId(), ns, usedAtMs: 0, noTimeout: false, kind: "changes", stream });
  }

  #keep(cursor: Cursor): Cursor {
    if (this.#cursors.size >= MAX_CURSORS) {
      const [oldest] = this.#cursors.values();
      if (oldest) this.close(oldest.id);
    }
    cursor.usedAtMs = this.#clock.monotonicMs();
    this.#cursors.set(cursor.id.toString(), cursor);
    return cursor;
  }

  /** The cursor for a `getMore`; error 43 when it is gone or belongs to another collection. */
  use(id: Value | undefined, ns: string): Cursor {
    const cursor = isNumeric(id) ? this.#cursors.get(toBigInt(id).toString()) : undefined;
    if (!cursor) throw new ServerError(43, "cursor id not found");
    if (cursor.ns !== ns) throw new ServerError(13, "The cursor belongs to another collection.");
    cursor.usedAtMs = this.#clock.monotonicMs();
    return cursor;
  }

  isOpen(id: Numeric): boolean {
    return this.#cursors.has(toBigInt(id).toString());
  }

  close(id: Numeric): boolean {
    const key = toBigInt(id).toString();
    const cursor = this.#cursors.get(key);
    if (!cursor) return false;
    this.#cursors.delete(key);
    if (cursor.kind === "changes") cursor.stream.close();
    else cursor.source.return?.();
    return true;
  }

  /** Closes what has not been read for ten minutes. */
  closeIdle(): void {
    const before = this.#clock.monotonicMs() - IDLE_MS;
    for (const cursor of this.#cursors.values()) {
      if (!cursor.noTimeout && cursor.usedAtMs < before) this.close(cursor.id);
    }
  }

  get count(): number {
    return this.#cursors.size;
  }
}

/** Takes up to `most` documents, as many as fit one reply. What does not fit is kept in `ahead`. */
export function takeBatch(
  source: Iterator<Uint8Array>,
  most: number,
  ahead: Uint8Array | undefined,
): Batch & { ahead: Uint8Array | undefined } {
  const documents: RawDocument[] = [];
  let bytes = 0;
  let waiting = ahead;
  for (;;) {
    if (!waiting) {
      const next = source.next();
      if (next.done === true) return { documents, isDone: true, ahead: undefined };
      waiting = next.value;
    }
    if (documents.length >= most || (documents.length > 0 && bytes + waiting.length > MAX_BATCH_BYTES)) {
      return { documents, isDone: false, ahead: waiting };
    }
    documents.push(new RawDocument(waiting));
    bytes += waiting.length;
    waiting = undefined;
  }
}

const NO_CURSOR = Long.ZERO;

/** The `cursor` part of a reply. */
export function cursorReply(
  field: "firstBatch" | "nextBatch",
  documents: Value[],
  ns: string,
  id: Long | undefined,
  resumeToken?: Doc,
): Doc {
  return docOf({
    cursor: docOf({ [field]: documents, id: id ?? NO_CURSOR, ns, postBatchResumeToken: resumeToken }),
    ok: 1,
  });
}
