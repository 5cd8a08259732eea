import type { AlarmName } from "#server/jobs/alarms.ts";
import { type Collection, type Db, type Document, MongoServerError, ObjectId } from "mongodb";

export const ALARM_COLLECTION = "agendaJobs";

/**
 * `key`: the alarm waits. `ringing`: its handler was called (again, if the process died in it). Only one of them is there, and only waiting
 * alarms are unique per name, so an alarm that is set while its handler runs is a new document that Agenda's clean-up cannot touch.
 */
export type AlarmData = { key: string } | { ringing: string };

/** How often `move` and an insert may miss each other before somebody else's alarm at the same moment is accepted. */
export const SET_ROUNDS = 5;

/** The part of Agenda's documents that we keep in order ourselves: Agenda would overwrite an alarm that is set while it runs. */
export class AlarmDocuments {
  readonly #collection: Collection<Document>;

  constructor(db: Db) {
    this.#collection = db.collection(ALARM_COLLECTION);
  }

  /** The index Agenda searches by and the one that makes an alarm unique. Idempotent. */
  async createIndexes(): Promise<void> {
    await this.#collection.createIndexes([
      {
        key: { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 },
        name: "findAndLockNextJobIndex",
      },
      {
        key: { name: 1, "data.key": 1 },
        name: "oneWaitingAlarmPerKey",
        unique: true,
        partialFilterExpression: { "data.key": { $exists: true } },
      },
    ]);
  }

  /** Moves a waiting alarm that no server has taken yet. Its id, or null when there is none. */
  async move(name: AlarmName, key: string, at: Date): Promise<string | null> {
    const moved = await this.#collection.findOneAndUpdate(
      { name, "data.key": key, lockedAt: null },
      { $set: { nextRunAt: at } },
      { projection: { _id: 1 } },
    );
    return moved === null ? null : String(moved._id);
  }

  /** Whether a server holds this very alarm ready for this very time. */
  async isTakenFor(name: AlarmName, key: string, at: Date): Promise<boolean> {
    const taken = await this.#collection.findOne({ name, "data.key": key, nextRunAt: at });
    return taken !== null;
  }

  /** Takes an alarm for another time away from the server that holds it; that server then finds nothing to ring. */
  async takeBack(name: AlarmName, key: string, exceptAt: Date): Promise<void> {
    await this.#collection.deleteOne({
      name,
      "data.key": key,
      lockedAt: { $ne: null },
      nextRunAt: { $ne: exceptAt },
    });
  }

  /** Turns a waiting alarm into a ringing one. False when it was cleared or moved in the last moment. */
  async startRinging(id: string, key: string): Promise<boolean> {
    const claimed = await this.#collection.updateOne(
      { _id: new ObjectId(id), "data.key": key },
      { $set: { data: { ringing: key } } },
    );
    return claimed.matchedCount === 1;
  }

  async remove(id: string): Promise<void> {
    await this.#collection.deleteOne({ _id: new ObjectId(id) });
  }

  /** Removes the waiting alarm and one whose handler died. */
  async clear(name: AlarmName, key: string): Promise<void> {
    await this.#collection.deleteMany({ name, $or: [{ "data.key": key }, { "data.ringing": key }] });
  }
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}
