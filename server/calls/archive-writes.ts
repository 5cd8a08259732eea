import type { ArchivedEvent } from "#server/calls/call-document.ts";
import type { Clock } from "#server/lib/clock.ts";
import { isDuplicateKey } from "#server/database/upsert.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { mongo } from "mongoose";

const GATHER_MS = 200;

/**
 * Journal events on their way to the archive, those of all calls together: one command each 200 ms. Nobody waits for it: the call's document holds them
 * too, and the archive is completed when the call ends.
 */
export class ArchiveWrites {
  readonly #archive: mongo.Collection<ArchivedEvent>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #waiting: ArchivedEvent[] = [];

  constructor(archive: mongo.Collection<ArchivedEvent>, clock: Clock, logger: Logger) {
    this.#archive = archive;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(rows: ArchivedEvent[]) {
    if (this.#waiting.length === 0) this.#clock.after(GATHER_MS, () => void this.#write());
    this.#waiting.push(...rows);
  }

  async #write(): Promise<void> {
    const rows = this.#waiting.splice(0);
    try {
      await this.#archive.insertMany(rows, { ordered: false });
    } catch (error) {
      // The others are written; a call that ended meanwhile has brought its own.
      if (isDuplicateKey(error)) return;
      this.#logger.warn(
        { rows: rows.length, ...errorFields(error) },
        "journal archive write failed; repeated when each call ends",
      );
    }
  }
}
