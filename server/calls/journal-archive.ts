import type { ArchivedEvent, CallDocument, CallHead } from "#server/calls/call-document.ts";
import type { Clock } from "#server/lib/clock.ts";
import { isDuplicateKey } from "#server/database/upsert.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { CallEvent } from "#shared/call/events.ts";
import type { mongo } from "mongoose";

const GATHER_MS = 200;
/** A journal longer than this is cut in the call's document: each write of a call rewrites the document. */
const TAIL = 16;
/** A tail this long holds events that this process did not bring to the archive itself: those of another owner, or of a write that failed. */
const LONG_TAIL = 64;
/** Calls of which is known what the archive has; the oldest are forgotten, which only makes their tails longer. */
const MAX_CALLS = 2000;

/** Events of one call, from and to a number, all of which are in the archive. */
type Run = { from: number; to: number };

/**
 * Journal events on their way to the archive, those of all calls together: one command each 200 ms. Nobody waits for it: the call's document holds them
 * until they are there [CL310].
 */
export class JournalArchive {
  readonly #archive: mongo.Collection<ArchivedEvent>;
  readonly #calls: mongo.Collection<CallDocument>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #runs = new Map<string, Run>();
  readonly #completing = new Set<string>();
  #waiting: ArchivedEvent[] = [];

  constructor(
    archive: mongo.Collection<ArchivedEvent>,
    calls: mongo.Collection<CallDocument>,
    clock: Clock,
    logger: Logger,
  ) {
    this.#archive = archive;
    this.#calls = calls;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Events that the call's document has. */
  add(callId: string, events: readonly CallEvent[]) {
    if (this.#waiting.length === 0) this.#clock.after(GATHER_MS, () => void this.#write());
    for (const event of events)
      this.#waiting.push({ _id: `${callId}:${event.seq}`, callId, seq: event.seq, event });
  }

  /**
   * Up to which event a write on this head may leave the journal out of the document: each of them is in the archive for sure. Never less than the
   * document says already.
   */
  cutAt({ _id: callId, seq, archivedSeq = 0 }: Pick<CallHead, "_id" | "seq" | "archivedSeq">): number {
    if (seq - archivedSeq <= TAIL) return archivedSeq;
    const run = this.#runs.get(callId);
    const isKnown = run !== undefined && run.from <= archivedSeq + 1;
    const cut = isKnown ? Math.max(archivedSeq, Math.min(run.to, seq)) : archivedSeq;
    if (seq - cut > LONG_TAIL) void this.#completeLater(callId);
    return cut;
  }

  /** Adds what the document has and the archive lacks, after an outage or another owner [CL311]. @throws what the database threw */
  async complete(callId: string): Promise<void> {
    const call = await this.#calls.findOne({ _id: callId }, { projection: { journal: 1 } });
    const journal = call?.journal ?? [];
    const last = journal.at(-1);
    if (last === undefined) return;
    const rows = journal.map((event) => ({
      updateOne: {
        filter: { _id: `${callId}:${event.seq}` },
        update: { $setOnInsert: { callId, seq: event.seq, event } },
        upsert: true,
      },
    }));
    await this.#archive.bulkWrite(rows, { ordered: false });
    this.#waiting = this.#waiting.filter((row) => row.callId !== callId || row.seq > last.seq);
    // What is not in the document any more was in the archive before it was cut off.
    this.#note(callId, { from: 1, to: last.seq });
  }

  async #completeLater(callId: string): Promise<void> {
    if (this.#completing.has(callId)) return;
    this.#completing.add(callId);
    try {
      await this.complete(callId);
    } catch (error) {
      this.#logger.warn({ callId, ...errorFields(error) }, "a journal's archive could not be completed");
    }
    this.#completing.delete(callId);
  }

  async #write(): Promise<void> {
    const rows = this.#waiting.splice(0);
    if (rows.length === 0) return;
    try {
      await this.#archive.insertMany(rows, { ordered: false });
    } catch (error) {
      // Which of them are there is not asked: the documents keep them all until they are completed.
      if (isDuplicateKey(error)) return;
      const fields = { rows: rows.length, ...errorFields(error) };
      return this.#logger.warn(fields, "journal archive write failed; the documents keep these events");
    }
    for (const { callId, seq } of rows) this.#note(callId, { from: seq, to: seq });
  }

  /** Joins it with what is known; of two runs with a hole between them the newer one counts. */
  #note(callId: string, { from, to }: Run) {
    const known = this.#runs.get(callId);
    const joins = known !== undefined && from <= known.to + 1 && to >= known.from - 1;
    const run = joins ? { from: Math.min(from, known.from), to: Math.max(to, known.to) } : { from, to };
    this.#runs.delete(callId);
    this.#runs.set(callId, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MAX_CALLS && oldest !== undefined) this.#runs.delete(oldest);
  }
}
