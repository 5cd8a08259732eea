import { type Clock, systemClock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { AlarmHandler, AlarmName, Alarms } from "#server/jobs/alarms.ts";
import {
  ALARM_COLLECTION,
  type AlarmData,
  AlarmDocuments,
  isDuplicateKey,
  SET_ROUNDS,
} from "#server/jobs/agenda/alarm-documents.ts";
import { MongoBackend } from "@agendajs/mongo-backend";
import { Agenda, InMemoryNotificationChannel, type Job, toJobId } from "agenda";
import type { Db } from "mongodb";

export type AgendaAlarmsOptions = {
  /** `mongoose.connection.db`; stays open until after `stop`. */
  db: Db;
  clock?: Clock;
  logger: Logger;
  /** A handler threw; for the counter. The error was logged. */
  onFailed?: (name: AlarmName) => void;
  /** Default 1 s. */
  lookEveryMs?: number;
};

/** Agenda looks this often, and takes what is due until the next look; the time itself is kept by a timer. */
const LOOK_EVERY_MS = 1_000;
/** After this an alarm whose server died rings elsewhere. Handlers only start work. */
const LOCK_MS = 60_000;
/** Handlers that may run at once, per name and in all. */
const CONCURRENCY = 20;
const MAX_CONCURRENCY = 60;
/** An error this recent means "not well". */
const RECENT_MS = 5_000;

export function createAgendaAlarms(options: AgendaAlarmsOptions): Alarms {
  return new AgendaAlarms(options);
}

/** Alarms over Agenda 6. Agenda keeps time and locks; which document may ring is ours (SPEC.md). */
class AgendaAlarms implements Alarms {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #onFailed: (name: AlarmName) => void;
  readonly #documents: AlarmDocuments;
  readonly #channel = new InMemoryNotificationChannel();
  readonly #agenda: Agenda;
  readonly #ringing = new Set<Promise<void>>();
  #indexes: Promise<void> | null = null;
  #phase: "new" | "running" | "stopped" = "new";
  #lastErrorAt: number | null = null;

  constructor(options: AgendaAlarmsOptions) {
    const { db, clock = systemClock, logger, onFailed, lookEveryMs = LOOK_EVERY_MS } = options;
    this.#logger = logger;
    this.#clock = clock;
    this.#onFailed = onFailed ?? (() => undefined);
    this.#documents = new AlarmDocuments(db);
    this.#agenda = new Agenda({
      backend: new QuietBackend({ mongo: db, collection: ALARM_COLLECTION, ensureIndex: false }),
      notificationChannel: this.#channel,
      processEvery: lookEveryMs,
      defaultLockLifetime: LOCK_MS,
      defaultConcurrency: CONCURRENCY,
      maxConcurrency: MAX_CONCURRENCY,
      removeOnComplete: true,
    });
    this.#agenda.on("error", (error) => this.#failed(error));
    this.#agenda.on("fail", (error) =>
      this.#failed(error instanceof Error ? error : new Error(String(error))),
    );
  }

  define(name: AlarmName, handler: AlarmHandler): void {
    this.#agenda.define<AlarmData>(name, async (job) => {
      const ringing = this.#ring(name, handler, job);
      this.#ringing.add(ringing);
      await ringing.finally(() => this.#ringing.delete(ringing));
    });
  }

  async set(name: AlarmName, key: string, at: Date): Promise<void> {
    await this.#indexed();
    for (let round = 0; round < SET_ROUNDS; round += 1) {
      const moved = await this.#documents.move(name, key, at);
      if (moved !== null) return this.#announce(name, moved, at);
      if (await this.#documents.isTakenFor(name, key, at)) return;
      await this.#documents.takeBack(name, key, at);
      try {
        await this.#agenda.create<AlarmData>(name, { key }).schedule(at).save();
        return;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    }
    this.#logger.info({ alarm: name }, "an alarm was set from several sides at once; one of them won");
  }

  async clear(name: AlarmName, key: string): Promise<void> {
    await this.#documents.clear(name, key);
  }

  async start(): Promise<void> {
    await this.#indexed();
    await this.#agenda.start();
    this.#phase = "running";
  }

  async stop(): Promise<void> {
    this.#phase = "stopped";
    try {
      await this.#agenda.stop();
    } catch (error) {
      this.#logger.warn(errorFields(error), "alarms could not be given back; others ring them in a minute");
    }
    await Promise.allSettled(this.#ringing);
  }

  health(): { ok: boolean; reason: string } {
    if (this.#phase === "new") return { ok: false, reason: "The alarm clock has not been started." };
    if (this.#phase === "stopped") return { ok: false, reason: "The alarm clock was stopped." };
    const isRecent = this.#lastErrorAt !== null && this.#clock.monotonicMs() - this.#lastErrorAt < RECENT_MS;
    return isRecent
      ? { ok: false, reason: "The alarm clock cannot use its database." }
      : { ok: true, reason: "The alarm clock runs." };
  }

  async #ring(name: AlarmName, handler: AlarmHandler, job: Job<AlarmData>): Promise<void> {
    const id = String(job.attrs._id);
    const data = job.attrs.data;
    if (this.#phase === "stopped") return giveBack(job);
    if ("key" in data && !(await this.#claimed(id, data.key, job))) return;
    const key = "key" in data ? data.key : data.ringing;
    try {
      await handler(key);
    } catch (error) {
      this.#logger.error({ alarm: name, key, ...errorFields(error) }, "an alarm handler failed");
      this.#onFailed(name);
    }
    await this.#removed(id, name);
  }

  /** A failure here is not the handler's: Agenda removes finished jobs itself as well. */
  async #removed(id: string, name: AlarmName): Promise<void> {
    try {
      await this.#documents.remove(id);
    } catch (error) {
      this.#logger.warn({ alarm: name, ...errorFields(error) }, "a rung alarm could not be removed yet");
    }
  }

  async #claimed(id: string, key: string, job: Job<AlarmData>): Promise<boolean> {
    try {
      return await this.#documents.startRinging(id, key);
    } catch (error) {
      giveBack(job);
      throw error;
    }
  }

  /** Tells our own Agenda that an alarm was moved; other servers look every second. */
  async #announce(name: AlarmName, id: string, at: Date): Promise<void> {
    if (this.#channel.state !== "connected") return;
    await this.#channel.publish({
      jobId: toJobId(id),
      jobName: name,
      nextRunAt: at,
      priority: 0,
      timestamp: new Date(),
    });
  }

  /** Once; a failure is not remembered, so the next call tries again. */
  #indexed(): Promise<void> {
    this.#indexes ??= this.#documents.createIndexes().catch((error: unknown) => {
      this.#indexes = null;
      throw error;
    });
    return this.#indexes;
  }

  /** An alarm that was cleared or moved after a server had taken it is Agenda's error, not ours. */
  #failed(error: Error): void {
    if (error.message.includes("maybe it does not exist anymore")) {
      this.#logger.debug({}, "an alarm was taken back before it rang");
      return;
    }
    this.#lastErrorAt = this.#clock.monotonicMs();
    this.#logger.warn(errorFields(error), "the alarm clock had an error");
  }
}

/** Makes Agenda write the job back as waiting and due, instead of finished. */
function giveBack(job: Job<AlarmData>): void {
  job.attrs.nextRunAt = new Date();
}

/** Agenda connects in its constructor and nobody catches that; so nothing in it may touch the database. Its job log is not used. */
class QuietBackend extends MongoBackend {
  override async connect(): Promise<void> {
    await this.repository.connect();
  }
}
