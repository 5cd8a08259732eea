import type { CallQueries } from "#server/calls/call-queries.ts";
import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Connection, mongo } from "mongoose";
import { v7 } from "uuid";

/** Far longer than a claim takes. A line whose server died before it was freed is kept from others for so long. */
const LEASE_MS = 60_000;
/** Other servers were quicker so many times in a row: the queue looks again in a second. */
const MAX_TRIES = 5;

/** There is one: the lines that servers have taken for calls they are about to claim. */
type LinesDocument = {
  _id: "dialing";
  /** Grows whenever a line is taken. */
  revision: number;
  taken: { lineId: string; untilMs: number }[];
};

type Deps = {
  connection: Connection;
  queries: Pick<CallQueries, "countLive">;
  clock: Clock;
  maxLiveCalls: number;
};

/**
 * `MAX_LIVE_CALLS`, exactly, however many servers dial [CL320]. Counting and claiming are two steps, so a line is taken in between: on condition that
 * nobody took one since the taken ones were read, and before the live calls were counted. A call that was claimed meanwhile is then counted, twice at
 * worst; too few dial for a moment, never too many.
 */
export class Lines {
  readonly #deps: Deps;
  readonly #lines: mongo.Collection<LinesDocument>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#lines = deps.connection.collection<LinesDocument>("lines");
  }

  /** A line for one claim, to be freed after it, whatever became of it. Null: all are in use. */
  async take(): Promise<string | null> {
    const { queries, clock, maxLiveCalls } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const nowMs = clock.nowMs();
      const { revision, taken } = await this.#read();
      const live = await queries.countLive();
      const over = taken.filter(({ untilMs }) => untilMs <= nowMs);
      for (const { lineId } of over) await this.free(lineId);
      if (live + taken.length - over.length >= maxLiveCalls) return null;
      const line = { lineId: v7(), untilMs: nowMs + LEASE_MS };
      const { matchedCount } = await this.#lines.updateOne(
        { _id: "dialing", revision },
        { $inc: { revision: 1 }, $push: { taken: line } },
      );
      if (matchedCount === 1) return line.lineId;
    }
    return null;
  }

  /** The call it was for is counted by now, or was not claimed. Idempotent. */
  async free(lineId: string): Promise<void> {
    await this.#lines.updateOne({ _id: "dialing" }, { $pull: { taken: { lineId } } });
  }

  async #read(): Promise<LinesDocument> {
    const known = await this.#lines.findOne({ _id: "dialing" });
    if (known !== null) return known;
    const none = { revision: 0, taken: [] };
    await retryLostUpsert(() =>
      this.#lines.updateOne({ _id: "dialing" }, { $setOnInsert: none }, { upsert: true }),
    );
    return { _id: "dialing", ...none };
  }
}
