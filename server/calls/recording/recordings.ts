import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { PartFile, RecordingFiles } from "#server/calls/recording/recording-files.ts";
import type { Peaks } from "#server/calls/recording/peaks.ts";
import { refusesRecording } from "#server/calls/recording/refusal.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Connection, mongo } from "mongoose";

/** What one stream recorded: a file on the disk of the server that held it. */
type RecordingPart = {
  name: string;
  epoch: number;
  /** From the answer of the call; between two parts nobody was connected. */
  startMs: number;
  /** Null while it is written, or until the server whose disk has it is back. */
  durationMs: number | null;
  /** The address of the server that has it; parts of before have none. */
  origin?: string;
};

/** The recording of one call; `_id` is the call's. */
export type RecordingDocument = {
  _id: string;
  businessId: string;
  consumerId: string;
  /**
   * `stopped`: they asked not to be recorded, and it is deleted. `failed`: the disk refused; the parts that were written are kept. `expired`:
   * deleted when its time was over.
   */
  state: "recording" | "ready" | "stopped" | "failed" | "expired";
  startedAt: Date;
  parts: RecordingPart[];
  /** For the waveform; made when somebody first looks at it. */
  peaks?: Peaks;
};

/** `fresh`: with the notice in the opening. `continued`: the notice was heard in an earlier stream. */
export type Permission = "no" | "fresh" | "continued";

/** What a live call asks of the recordings. */
export type RecordingDesk = {
  permission(call: CallHead): Promise<Permission>;
  /** @throws when it may not be written, or cannot */
  begin(call: CallHead, epoch: number, startMs: number): Promise<{ name: string; file: PartFile }>;
  /** The part is closed and complete. */
  partDone(callId: string, name: string): Promise<void>;
  failed(callId: string): Promise<void>;
  /** They do not want it: deletes what there is, and lets nobody record this call again. Safe to repeat. */
  erase(call: CallHead): Promise<void>;
};

type Deps = {
  connection: Connection;
  files: RecordingFiles;
  consents: Pick<Consents, "consentFor">;
  store: Pick<CallStore, "head" | "recordLate">;
  /** Nothing of the call is written by this process any more. */
  settled(callId: string): Promise<void>;
  /** The address at which other servers find the files of this one. */
  nodePublicUrl: string;
  clock: Clock;
  logger: Logger;
};

const SWEEP_MS = 60_000;
/** How long a recording is kept. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;
/** Unfinished recordings looked at in one sweep. */
const MAX_SWEPT = 200;

/**
 * The recordings of all calls: who may be recorded, which files there are, when one is ready, what has to be deleted [CL121–CL124]. Files lie on the
 * disk of the server that held the stream; the document lists them, and each server looks after its own.
 */
export class Recordings implements RecordingDesk {
  readonly #deps: Deps;
  readonly #documents: mongo.Collection<RecordingDocument>;
  #timer: Timer | null = null;
  #sweeping: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#documents = deps.connection.collection<RecordingDocument>("recordings");
  }

  /** Finishes what a killed server left behind, now and every minute. */
  start() {
    this.#sweep();
    this.#timer = this.#deps.clock.every(SWEEP_MS, () => this.#sweep());
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#sweeping;
  }

  async permission(call: CallHead): Promise<Permission> {
    const { recording } = await this.#deps.consents.consentFor(call.leadId, call.businessId, call._id);
    if (!recording) return "no";
    const known = await this.#documents.findOne({ _id: call._id });
    if (known === null) return "fresh";
    return known.state === "recording" ? "continued" : "no";
  }

  async begin(call: CallHead, epoch: number, startMs: number): Promise<{ name: string; file: PartFile }> {
    const { _id, businessId, consumerId } = call;
    const name = `${_id}-${epoch}.wav`;
    const part: RecordingPart = { name, epoch, startMs, durationMs: null, origin: this.#deps.nodePublicUrl };
    const startedAt = new Date(this.#deps.clock.nowMs());
    // A document in another state matches nothing, and its id then refuses the insert: what was stopped stays stopped.
    await this.#documents.updateOne(
      { _id, state: "recording" },
      { $setOnInsert: { businessId, consumerId, startedAt }, $push: { parts: part } },
      { upsert: true },
    );
    return { name, file: await this.#deps.files.create(name) };
  }

  async partDone(callId: string, name: string): Promise<void> {
    const durationMs = await this.#deps.files.finish(name);
    if (durationMs === null) return;
    await this.#documents.updateOne(
      { _id: callId, "parts.name": name },
      { $set: { "parts.$.durationMs": durationMs } },
    );
  }

  async failed(callId: string): Promise<void> {
    await this.#documents.updateOne({ _id: callId, state: "recording" }, { $set: { state: "failed" } });
  }

  async erase({
    _id,
    businessId,
    consumerId,
  }: Omit<RecordingDocument, "state" | "parts" | "startedAt">): Promise<void> {
    await this.#documents.updateOne(
      { _id },
      {
        $set: { state: "stopped" },
        $unset: { peaks: true },
        $setOnInsert: { businessId, consumerId, startedAt: new Date(this.#deps.clock.nowMs()), parts: [] },
      },
      { upsert: true },
    );
    await this.#removeFiles(_id);
  }

  /** The call is over: once all parts are whole the recording is ready, which is told in the journal. Safe to repeat. */
  async finish(callId: string): Promise<void> {
    await this.#deps.settled(callId);
    const known = await this.#documents.findOne({ _id: callId, state: "recording" });
    if (known === null) return;
    if (await this.#wasRefused(callId)) return this.erase(known);
    for (const part of known.parts) if (part.durationMs === null) await this.partDone(callId, part.name);
    const now = await this.#documents.findOne({ _id: callId, state: "recording" });
    if (now === null || now.parts.some((part) => part.durationMs === null)) return;
    const durationMs = now.parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
    await this.#deps.store.recordLate(callId, (_call, view) =>
      view.recording?.state === "ready"
        ? null
        : { change: {}, events: [{ type: "recording.ready", durationMs }] },
    );
    await this.#documents.updateOne({ _id: callId, state: "recording" }, { $set: { state: "ready" } });
  }

  /** By what was said: a server that was lost may not have carried it out. */
  async #wasRefused(callId: string): Promise<boolean> {
    let isRefused = false;
    await this.#deps.store.recordLate(callId, (_call, { recording, transcript }) => {
      const words = transcript.filter(({ speaker }) => speaker === "consumer");
      isRefused = recording?.state === "stopped" || words.some(({ text }) => refusesRecording(text));
      return null;
    });
    return isRefused;
  }

  #sweep() {
    this.#sweeping ??= this.#sweepNow()
      .catch((error: unknown) => {
        this.#deps.logger.error(errorFields(error), "unfinished recordings could not be looked after");
      })
      .finally(() => {
        this.#sweeping = null;
      });
  }

  async #sweepNow(): Promise<void> {
    const { store } = this.#deps;
    const open = await this.#documents.find({ state: "recording" }).limit(MAX_SWEPT).toArray();
    for (const { _id } of open) {
      const call = await store.head(_id);
      if (call?.state.phase === "ended") await this.finish(_id);
    }
    const tooOld = { startedAt: { $lt: new Date(this.#deps.clock.nowMs() - KEPT_MS) } };
    const over = this.#documents.find({ state: { $in: ["ready", "failed"] }, ...tooOld });
    for (const { _id } of await over.limit(MAX_SWEPT).toArray()) await this.#expire(_id);
    const left = { "parts.0": { $exists: true } };
    // Told again where the one who deleted it was killed before it could tell.
    const expired = this.#documents.find({ state: "expired", ...left });
    for (const { _id } of await expired.limit(MAX_SWEPT).toArray()) await this.#expire(_id);
    const erased = this.#documents.find({ state: "stopped", ...left });
    for (const { _id } of await erased.limit(MAX_SWEPT).toArray()) await this.#removeFiles(_id);
  }

  /** Its time is over: nobody plays it any more, the journal tells so, and each server deletes what it has. Safe to repeat. */
  async #expire(callId: string): Promise<void> {
    await this.#documents.updateOne(
      { _id: callId, state: { $in: ["ready", "failed"] } },
      { $set: { state: "expired" }, $unset: { peaks: true } },
    );
    await this.#deps.store.recordLate(callId, (_call, { recording }) =>
      recording === null || recording.state === "expired"
        ? null
        : { change: {}, events: [{ type: "recording.expired" }] },
    );
    await this.#removeFiles(callId);
  }

  /** A part on another server's disk stays listed until that server has deleted it. */
  async #removeFiles(callId: string): Promise<void> {
    const { files } = this.#deps;
    const known = await this.#documents.findOne({ _id: callId });
    const here = await files.names();
    for (const { name } of known?.parts ?? []) {
      if (!here.has(name)) continue;
      await files.remove(name);
      await this.#documents.updateOne({ _id: callId }, { $pull: { parts: { name } } });
    }
  }
}
