import type { CallDocument } from "#server/calls/call-document.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { mongo } from "mongoose";

/** Fields as paths. Those of one call that go out together become one update, so only operators that can be joined. */
type CallUpdate = { $inc?: { beat: number }; $set?: Record<string, unknown>; $max?: Record<string, number> };
type LiveWrite = { callId: string; epoch: number; update: CallUpdate };
type Waiting = LiveWrite & { done(ownership: Ownership): void; failed(error: unknown): void };

/**
 * What a write of an owner learns. `over`: nobody took the call from it, but it is not talked in any more: it is being ended, or its stream is being
 * replaced. `taken`: another stream owns it, or it is gone.
 */
export type Ownership = "ours" | "over" | "taken";

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
   * Applies `update` while `epoch` owns the talking call; nothing is written when it is not `ours` any more.
   * @throws what the database threw: nothing may be written then
   */
  add(write: LiveWrite): Promise<Ownership> {
    return new Promise((done, failed) => {
      this.#waiting.push({ ...write, done, failed });
      if (this.#waiting.length === 1) this.#clock.after(GATHER_MS, () => void this.#write());
    });
  }

  async #write(): Promise<void> {
    const writes = this.#waiting.splice(0);
    try {
      const found = await this.#store(writes);
      for (const write of writes) write.done(found === "all" ? "ours" : ownershipOf(write, found));
    } catch (error) {
      for (const { failed } of writes) failed(error);
    }
  }

  /** `all`: every write found its call. Otherwise how the calls are now. */
  async #store(writes: LiveWrite[]): Promise<"all" | Found[]> {
    const operations = joined(writes).map(({ callId, epoch, update }) => ({
      updateOne: { filter: { _id: callId, epoch, "state.phase": "talking" as const }, update },
    }));
    const { matchedCount } = await this.#calls.bulkWrite(operations, { ordered: false });
    if (matchedCount === operations.length) return "all";
    return this.#calls
      .find({ _id: { $in: writes.map(({ callId }) => callId) } })
      .project<Found>({ epoch: 1, "state.phase": 1 })
      .toArray();
  }
}

type Found = Pick<CallDocument, "_id" | "epoch"> & { state: Pick<CallDocument["state"], "phase"> };

function ownershipOf({ callId, epoch }: LiveWrite, found: readonly Found[]): Ownership {
  const call = found.find(({ _id }) => _id === callId);
  if (call?.epoch !== epoch) return "taken";
  return call.state.phase === "talking" ? "ours" : "over";
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
