import type { ArchivedEvent, CallDocument, CallHead } from "#server/calls/call-document.ts";
import {
  changed,
  headOf,
  placeAfterMove,
  receiptsAfter,
  steersAfter,
  usageFields,
} from "#server/calls/head-changes.ts";
import type { CallFeed } from "#server/calls/call-feed.ts";
import { JournalArchive } from "#server/calls/journal-archive.ts";
import { LiveWrites, type Ownership } from "#server/calls/live-writes.ts";
import { carrierCallsAfter } from "#server/calls/cost/carrier-calls.ts";
import type { Sighted } from "#server/calls/dialing/owner-silence.ts";
import { firstSettlement } from "#server/calls/cost/settlement.ts";
import type { CallInput } from "#server/calls/state/call-state.ts";
import { step, type Step, type StepRules } from "#server/calls/state/step.ts";
import { isDuplicateKey } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import { type CallEvent, type Draft, isLateFact, type NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { CallView } from "#shared/call/view.ts";
import { isFinal } from "#shared/call/status.ts";
import { applyToSummary } from "#shared/call/summary-fold.ts";
import type { Connection, mongo } from "mongoose";

type Collection<Document extends mongo.Document> = mongo.Collection<Document>;

/** A decision lost the race against other writers this many times in a row: something is wrong, not slow. */
const MAX_CONFLICTS = 50;

export type Applied =
  | { kind: "stepped"; call: CallHead; step: Step }
  /** The input changes nothing in the state the call is in. */
  | { kind: "unchanged"; call: CallHead }
  /** Another call to the same person is under way (only for inputs that start an attempt). */
  | { kind: "personBusy"; call: CallHead }
  | { kind: "absent" };

type Deps = {
  connection: Connection;
  feed: CallFeed;
  clock: Clock;
  logger: Logger;
  rules: Omit<StepRules, "nowMs" | "legalFrom" | "optedOut">;
  /** The first instant at or after `atMs` at which this call may ring; left out: any. */
  legalFrom?: (call: CallHead, atMs: number) => number;
};

/**
 * The one writer of call documents. Each change is: read, decide with `step`, write on condition that nothing changed meanwhile, then
 * publish. Nothing is shown that is not stored (DESIGN §2.2).
 */
export class CallStore {
  readonly #deps: Deps;
  readonly #calls: Collection<CallDocument>;
  readonly #archive: Collection<ArchivedEvent>;
  readonly #journals: JournalArchive;
  readonly #liveWrites: LiveWrites;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#calls = deps.connection.collection<CallDocument>("calls");
    this.#archive = deps.connection.collection<ArchivedEvent>("callEvents");
    this.#journals = new JournalArchive(this.#archive, this.#calls, deps.clock, deps.logger);
    this.#liveWrites = new LiveWrites(this.#calls, deps.clock);
  }

  head(callId: string): Promise<CallHead | null> {
    return this.#calls.findOne({ _id: callId }, { projection: { journal: 0 } });
  }

  async insert(document: CallDocument): Promise<void> {
    await this.#calls.insertOne(document);
    this.#publish(document._id, document.journal);
  }

  /** Feeds one input to `step` and stores what it decides. `choose` sees the call's present head; null = leave it. */
  apply(callId: string, choose: (call: CallHead) => CallInput | null): Promise<Applied> {
    return this.#decide(callId, null, async (call) => {
      const nowMs = this.#deps.clock.nowMs();
      const { rules, legalFrom = (_call, atMs) => atMs } = this.#deps;
      const input = choose(call);
      const { optedOut } = call;
      const stepRules = { ...rules, nowMs, optedOut, legalFrom: (atMs: number) => legalFrom(call, atMs) };
      const next = input && step(call.state, input, stepRules);
      if (input === null || next === null) return { kind: "unchanged", call };
      const epoch = input.kind === "streamOpened" ? input.epoch : call.epoch;
      try {
        const carrierCalls = carrierCallsAfter(call.carrierCalls, {
          before: call.state,
          input,
          after: next.state,
          nowMs,
        });
        const dialReceipts = receiptsAfter(call.dialReceipts, input);
        const place = input.kind === "moved" ? placeAfterMove(next, nowMs) : {};
        const head = { ...headOf(call, next, nowMs), ...place, epoch, carrierCalls, ...dialReceipts };
        const settleDueAt = firstSettlement({ ...call, ...head }, nowMs);
        const written = await this.#write(call, { ...head, settleDueAt }, next.events);
        if (written === null) return "conflict";
        if (isFinal(written.status)) await this.#journals.complete(callId);
        return { kind: "stepped", call: written, step: next };
      } catch (error) {
        if (isDuplicateKey(error)) return { kind: "personBusy", call };
        throw error;
      }
    });
  }

  /**
   * Appends what happened inside the call (words, tools, measures). `epoch` fences: an actor whose stream was replaced gets "unchanged"
   * and must stop. The same `recordId` again changes nothing.
   * Null: written by no stream (an opt-out, a note). `known` is the head as the caller last saw it: if nothing happened since, reading it again is
   * spared; if something did, the write meets no such revision and the head is read.
   */
  record(
    callId: string,
    epoch: number | null,
    recordId: string,
    events: NewCallEvent[],
    known: CallHead | null = null,
  ): Promise<Applied> {
    return this.#decide(callId, known, async (call) => {
      const fenced = epoch !== null && call.epoch !== epoch;
      if (fenced || call.state.phase === "ended") return { kind: "unchanged", call };
      const step = { state: call.state, events, effects: [] };
      if (epoch !== null && call.lastRecordId === recordId) return { kind: "stepped", call, step };
      const written = await this.#write(call, epoch === null ? {} : { lastRecordId: recordId }, events);
      if (written === null) return "conflict";
      return { kind: "stepped", call: written, step };
    });
  }

  /**
   * Appends what people have to say about a call, from any server. `choose` sees the call as it is; null = nothing. After the end only late
   * facts. @throws Error for an event that may not follow the end
   */
  append(callId: string, choose: (call: CallHead) => NewCallEvent[] | null): Promise<Applied> {
    return this.#decide(callId, null, async (call) => {
      const events = choose(call);
      if (events === null) return { kind: "unchanged", call };
      const isOver = call.state.phase === "ended";
      if (isOver && !events.every(isLateFact))
        throw new Error("Only late facts may follow the end of a call.");
      const written = await this.#write(call, {}, events);
      if (written === null) return "conflict";
      if (isOver) await this.#journals.complete(callId);
      return { kind: "stepped", call: written, step: { state: call.state, events, effects: [] } };
    });
  }

  /**
   * What became known of a call that is over [CL2]: only late facts, and only once it ended. `choose` sees the call and its journal as they are;
   * null = nothing to write. False when nothing was written.
   * @throws Error for an event that may not follow the end
   */
  async recordLate(
    callId: string,
    choose: (call: CallHead, view: CallView) => { change: Partial<CallHead>; events: NewCallEvent[] } | null,
  ): Promise<boolean> {
    const applied = await this.#decide(callId, null, async (call) => {
      const chosen =
        call.state.phase === "ended"
          ? choose(call, foldCall((await this.events(callId, 0))?.events ?? []))
          : null;
      if (chosen === null) return { kind: "unchanged", call };
      const { change, events } = chosen;
      if (!events.every(isLateFact)) throw new Error("Only late facts may follow the end of a call.");
      const written = await this.#write(call, change, events);
      if (written === null) return "conflict";
      if (events.length > 0) await this.#journals.complete(callId);
      return { kind: "stepped", call: written, step: { state: call.state, events, effects: [] } };
    });
    return applied.kind === "stepped";
  }

  /** Blanks the words of the summary and of its corrections wherever the journal is kept; for a call whose summary was deleted. */
  async eraseSummary(callId: string): Promise<void> {
    await this.#calls.updateOne(
      { _id: callId },
      { $set: { "journal.$[analysis].summary": "", "journal.$[correction].text": "" } },
      {
        arrayFilters: [{ "analysis.type": "analysis.completed" }, { "correction.type": "summary.corrected" }],
      },
    );
    const archived = (type: string) => ({ callId, "event.type": type });
    await this.#archive.updateMany(archived("analysis.completed"), { $set: { "event.summary": "" } });
    await this.#archive.updateMany(archived("summary.corrected"), { $set: { "event.text": "" } });
  }

  /** The journal after `after`, from the document's tail and, where that does not reach, from the archive. */
  async events(callId: string, after: number): Promise<{ events: CallEvent[]; seq: number } | null> {
    const call = await this.#calls.findOne({ _id: callId }, { projection: { journal: 1, seq: 1 } });
    if (call === null) return null;
    const tail = call.journal.filter((event) => event.seq > after);
    const first = call.journal[0]?.seq ?? call.seq + 1;
    if (first <= after + 1) return { events: tail, seq: call.seq };
    const older = await this.#archive
      .find({ callId, seq: { $gt: after, $lt: first } })
      .sort({ seq: 1 })
      .toArray();
    return { events: [...older.map((row) => row.event), ...tail], seq: call.seq };
  }

  /** Proof of life of the actor that owns `epoch`, and what it learns of the call. */
  beat(callId: string, epoch: number, owner: string, usage: VoiceTotals): Promise<Ownership> {
    const update = { $inc: { beat: 1 }, $set: { owner }, $max: usageFields(usage) };
    return this.#liveWrites.add({ callId, epoch, update });
  }

  /** Raises the beat of a call whose owner is doubted, if nobody did since it was seen: the owner could have done so as well. */
  async knock({ _id, revision, epoch, beat }: Sighted): Promise<boolean> {
    const { matchedCount } = await this.#calls.updateOne(
      { _id, revision, epoch, beat },
      { $inc: { beat: 1 } },
    );
    return matchedCount === 1;
  }

  /** Keeps the words being spoken, for whoever takes the call over after a crash. */
  async checkpointDraft(callId: string, epoch: number, draft: Draft | null): Promise<void> {
    await this.#liveWrites.add({ callId, epoch, update: { $set: { draft } } });
  }

  async draftOf(callId: string): Promise<Draft | null> {
    const call = await this.#calls.findOne({ _id: callId }, { projection: { draft: 1 } });
    return call?.draft ?? null;
  }

  /** Writes a decision; null when somebody else was faster. */
  async #write(call: CallHead, change: Partial<CallHead>, fresh: NewCallEvent[]): Promise<CallHead | null> {
    const events = this.#number(call, fresh);
    const cut = this.#journals.cutAt(call);
    const next: CallHead = {
      ...call,
      ...change,
      revision: call.revision + 1,
      seq: call.seq + events.length,
      archivedSeq: cut,
      summary: applyToSummary(call.summary, events),
      optedOut: call.optedOut || events.some(({ type }) => type === "optOut.recorded"),
      ...steersAfter(events),
    };
    // These four belong to the actor's own small updates and must not be written back from an older reading.
    const { draft: _draft, beat: _beat, owner: _owner, usage: _usage, ...set } = changed(call, next);
    const reported = events.findLast((event) => event.type === "cost.updated")?.detail?.voice.usage;
    const written = await this.#calls.updateOne(
      { _id: call._id, revision: call.revision },
      {
        $set: set,
        // What is cut off is in the archive; from there on the document has every event [CL310].
        ...((events.length > 0 || cut !== call.archivedSeq) && {
          $push: { journal: { $each: events, $slice: cut - next.seq } },
        }),
        ...(reported !== undefined && { $max: usageFields(reported) }),
      },
    );
    if (written.matchedCount === 0) return null;
    this.#publish(call._id, events);
    return next;
  }

  #number(call: CallHead, fresh: NewCallEvent[]): CallEvent[] {
    const at = new Date(this.#deps.clock.nowMs()).toISOString();
    return fresh.map((one, index) => ({ ...one, seq: call.seq + index + 1, at }));
  }

  #publish(callId: string, events: CallEvent[]) {
    if (events.length === 0) return;
    const { feed } = this.#deps;
    for (const event of events) feed.event(callId, event);
    feed.boardChanged();
    this.#journals.add(callId, events);
  }

  async #decide(
    callId: string,
    known: CallHead | null,
    attempt: (call: CallHead) => Promise<Applied | "conflict">,
  ): Promise<Applied> {
    for (let tries = 0; tries < MAX_CONFLICTS; tries++) {
      const call = (tries === 0 ? known : null) ?? (await this.head(callId));
      if (call === null) return { kind: "absent" };
      const outcome = await attempt(call);
      if (outcome !== "conflict") return outcome;
    }
    throw new Error("A call document changed faster than a decision could be stored.");
  }
}
