import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { ServerBeat } from "#shared/alerts.ts";
import type { Connection, mongo } from "mongoose";

const BEAT_MS = 10_000;
/** A server that was not heard of for so long hangs or is gone. */
const SILENT_MS = 35_000;
/** One that ended without a word is forgotten then. */
const FORGOTTEN_MS = 3_600_000;

type BeatDocument = {
  /** Name of the server. */
  _id: string;
  startedAt: Date;
  beatAt: Date;
  liveCalls: number;
  /** TTL. */
  expiresAt: Date;
};

export type ServerBeatsParts = {
  connection: Connection;
  /** Name of this server. */
  instance: string;
  /** Calls that this server has in hand. */
  liveCalls(): Promise<number>;
  clock: Clock;
  logger: Logger;
};

/** The servers of the installation and how many calls each has in hand [IN14]. For eyes only: who owns a call is decided elsewhere. */
export class ServerBeats {
  readonly #parts: ServerBeatsParts;
  readonly #servers: mongo.Collection<BeatDocument>;
  #timer: Timer | null = null;
  /** The last beat was stored. */
  #isHeard = false;
  #beating: Promise<void> = Promise.resolve();

  constructor(parts: ServerBeatsParts) {
    this.#parts = parts;
    this.#servers = parts.connection.collection<BeatDocument>("servers");
  }

  start(): void {
    this.#beat();
    this.#timer = this.#parts.clock.every(BEAT_MS, () => this.#beat());
  }

  /** Whoever stops in order is not missed. A database that did not take the last beat is not waited for again. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#beating;
    if (this.#isHeard) await this.#servers.deleteOne({ _id: this.#parts.instance });
  }

  /** Oldest first. */
  async list(): Promise<ServerBeat[]> {
    const nowMs = this.#parts.clock.nowMs();
    const rows = await this.#servers.find().sort({ startedAt: 1, _id: 1 }).toArray();
    return rows.map(({ _id, startedAt, beatAt, liveCalls }) => ({
      serverId: _id,
      startedAt: startedAt.toISOString(),
      beatAt: beatAt.toISOString(),
      liveCalls,
      isSilent: nowMs - beatAt.getTime() > SILENT_MS,
    }));
  }

  /** One after the other; one that fails is made good by the next. */
  #beat(): void {
    const { logger } = this.#parts;
    this.#beating = this.#beating
      .then(() => this.#beatOnce())
      .then(() => void (this.#isHeard = true))
      .catch((error: unknown) => {
        this.#isHeard = false;
        logger.warn(errorFields(error), "this server could not tell that it lives");
      });
  }

  async #beatOnce(): Promise<void> {
    const { instance, liveCalls, clock } = this.#parts;
    const beatAt = new Date(clock.nowMs());
    const expiresAt = new Date(beatAt.getTime() + FORGOTTEN_MS);
    await this.#servers.updateOne(
      { _id: instance },
      { $set: { beatAt, expiresAt, liveCalls: await liveCalls() }, $setOnInsert: { startedAt: beatAt } },
      { upsert: true },
    );
  }
}
