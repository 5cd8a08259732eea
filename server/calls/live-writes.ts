import type { CallDocument } from "#server/calls/call-document.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { mongo } from "mongoose";

/** Fields as paths. Those of one call that go out together become one update, so only operators that can be joined. */
type CallUpdate = { $inc?: { beat: number }; $set?: Record<string, unknown>; $max?: Record<string, number> };
type LiveWrite = { callId: string; epoch: number; update: CallUpdate };
type Waiting = LiveWrite & { done(isOwned: boolean): void; failed(error: unknown): void };

/** Short against a heartbeat of 1 s and the half second between two kept drafts; long enough to gather those of a hundred calls. */
const GATHER_MS = 200;

/**
 * The small writes of live calls (heartbeats, drafts), each on condition that its epoch still owns the call. Those of all calls of this process go together: one
 * command each 200 ms instead of some hundreds a second.
 */
export class LiveWrites {
  readonly #calls: mongo.Collection<CallDocument>;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor(calls: mongo.Collection<CallDocument>, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  /**
   * Applies `update` while `epoch` owns the talking call; resolves to false when it does not any more.
   * @throws what the database threw: nothing may be written then
   */
  add(write: LiveWrite): Promise<boolean> {
    return new Promise((done, failed) => {
      this.#waiting.push({ ...write, done, failed });
      if (this.#waiting.length === 1) this.#clock.after(GATHER_MS, () => void this.#write());
    });
  }

  async #write(): Promise<void> {
    const writes = this.#waiting.splice(0);
    try {
      const owners = await this.#store(writes);
      for (const { callId, epoch, done } of writes) done(owners === "all" || owners.get(callId) === epoch);
    } catch (error) {
      for (const { failed } of writes) failed(error);
    }
  }

  /** `all`: every write found its call. Otherwise who owns which call. */
  async #store(writes: LiveWrite[]): Promise<"all" | Map<string, number>> {
    const operations = joined(writes).map(({ callId, epoch, update }) => ({
      updateOne: { filter: { _id: callId, epoch, "state.phase": "talking" as const }, update },
    }));
    const { matchedCount } = await this.#calls.bulkWrite(operations, { ordered: false });
    if (matchedCount === operations.length) return "all";
    const found = await this.#calls
      .find({ _id: { $in: writes.map(({ callId }) => callId) }, "state.phase": "talking" })
      .project<{ _id: string; epoch: number }>({ epoch: 1 })
      .toArray();
    return new Map(found.map(({ _id, epoch }) => [_id, epoch]));
  }
}

/** One update for each call and epoch: each rewrites the whole document, journal included. */
function joined(writes: readonly LiveWrite[]): LiveWrite[] {
  const byOwner = new Map<string, LiveWrite>();
  for (const { callId, epoch, update } of writes) {
    const owner = `${callId}@${epoch}`;
    const before = byOwner.get(owner)?.update ?? {};
    byOwner.set(owner, { callId, epoch, update: both(before, update) });
  }
  return [...byOwner.values()];
}

/** What one does after the other. */
function both(first: CallUpdate, second: CallUpdate): CallUpdate {
  const beats = (first.$inc?.beat ?? 0) + (second.$inc?.beat ?? 0);
  const set = { ...first.$set, ...second.$set };
  const max = { ...first.$max };
  for (const [path, value] of Object.entries(second.$max ?? {}))
    max[path] = Math.max(max[path] ?? value, value);
  return {
    ...(beats > 0 && { $inc: { beat: beats } }),
    ...(Object.keys(set).length > 0 && { $set: set }),
    ...(Object.keys(max).length > 0 && { $max: max }),
  };
}
