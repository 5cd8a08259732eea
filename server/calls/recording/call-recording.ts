import type { CallHead } from "#server/calls/call-document.ts";
import type { SpokenItem } from "#server/calls/live/audio-bridge.ts";
import type { PartFile } from "#server/calls/recording/recording-files.ts";
import type { Permission, RecordingDesk } from "#server/calls/recording/recordings.ts";
import { refusesRecording } from "#server/calls/recording/refusal.ts";
import { TwoChannels } from "#server/calls/recording/two-channels.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

const FLUSH_MS = 2000;
/** A disk that is further behind than this has failed; nothing is kept in memory for it. */
const MAX_HELD_MS = 30_000;
/** A disk that takes longer than this for the rest keeps nobody waiting; the sweep finishes the file. */
const END_WITHIN_MS = 5000;
/** A wish to delete must not be lost to a moment without a database. */
const RETRY_MS = [200, 500, 1000, 2000, 5000];

type Deps = {
  desk: RecordingDesk;
  call: CallHead;
  clock: Clock;
  logger: Logger;
  /** Ms since the answer. */
  callMs(): number;
  record(event: NewCallEvent): void;
  /** Work that nobody waits for. */
  background(work: Promise<unknown>): void;
};

/** What is recorded now, of one stream. */
type Part = {
  channels: TwoChannels;
  timer: Timer;
  opened: Promise<{ name: string; file: PartFile }>;
  failed: boolean;
};

/**
 * The recording of one stream of a call [CL120–CL124]. Recorded is only who gave this business consent beforehand, only after the opening said so and
 * was heard, and only until somebody refuses. Before the notice not even memory holds a frame. Everything on the audio path returns at once.
 */
export class CallRecording {
  readonly #deps: Deps;
  /** Null: not known yet. */
  #permission: Permission | null = null;
  #epoch = 0;
  #refused = false;
  /** The opening that is being said says that the call is recorded. */
  #noticeGiven = false;
  #part: Part | null = null;
  #flushing: Promise<void> | null = null;
  #ended: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The stream is here. Until consent is known, which may not hold up the opening, nobody is recorded. */
  join(epoch: number) {
    this.#epoch = epoch;
    this.#deps.background(this.#ask());
  }

  async #ask(): Promise<void> {
    const permission = await this.#deps.desk.permission(this.#deps.call);
    if (this.#refused || this.#ended !== null) return;
    this.#permission = permission;
    if (permission === "continued") this.#start();
  }

  /** The opening is said now: whether it has to say that the call is recorded. */
  giveNotice(): boolean {
    this.#noticeGiven = this.#permission === "fresh" && !this.#refused;
    return this.#noticeGiven;
  }

  /** The opening was heard to its end. */
  noticeHeard() {
    if (!this.#noticeGiven || this.#refused || this.#ended !== null || this.#part !== null) return;
    this.#deps.record({ type: "recording.started", atMs: this.#deps.callMs() });
    this.#start();
  }

  // ——— the audio path ———

  consumer(payloadBase64: string, timestampMs: number) {
    this.#part?.channels.consumer(payloadBase64, timestampMs);
  }

  played(itemId: string, payloadBase64: string) {
    this.#part?.channels.agent(itemId, payloadBase64);
  }

  heard({ itemId, heardMs }: SpokenItem) {
    this.#part?.channels.heard(itemId, heardMs);
  }

  /** Heard to its end, or cut there. */
  itemOver({ itemId, heardMs }: SpokenItem) {
    this.#part?.channels.ended(itemId, heardMs);
  }

  // ——— off it ———

  /** Words of the consumer: a refusal counts in whatever words it comes. True when it was one. */
  words(text: string): boolean {
    if (this.#refused || this.#permission === "no" || !refusesRecording(text)) return false;
    this.#deps.background(this.refuse("spoken"));
    return true;
  }

  /** They do not want to be recorded. Resolves to a sentence that says what is true now. */
  async refuse(why: "spoken" | "key"): Promise<string> {
    if (this.#refused) return "It was stopped and deleted already.";
    const wasOn = this.#part !== null;
    this.#refused = true;
    const stopped = this.#stopPart();
    if (this.#permission === "no") return "This call is not recorded.";
    this.#deps.record({ type: "recording.stopped", why, atMs: this.#deps.callMs() });
    await stopped;
    await this.#erase();
    return wasOn ? "The recording was stopped and deleted." : "This call will not be recorded.";
  }

  async #erase(): Promise<void> {
    const { desk, call, clock } = this.#deps;
    for (const pauseMs of [...RETRY_MS, null]) {
      try {
        return await desk.erase(call);
      } catch (error) {
        if (pauseMs === null) throw error;
        await clock.sleep(pauseMs);
      }
    }
  }

  /** The stream is over: writes the rest. Idempotent. */
  end(): Promise<void> {
    this.#ended ??= this.#endInTime();
    return this.#ended;
  }

  #endInTime(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#deps.clock.after(END_WITHIN_MS, resolve);
      const done = () => {
        timer.cancel();
        resolve();
      };
      this.#deps.background(this.#end().finally(done));
    });
  }

  async #end(): Promise<void> {
    const part = this.#part;
    if (part === null) return;
    part.timer.cancel();
    await this.#flushing;
    if (this.#part !== part) return;
    this.#part = null;
    try {
      const { name, file } = await part.opened;
      for (let rest = part.channels.takeRest(); rest !== null; rest = part.channels.takeRest()) {
        await file.append(rest);
      }
      await file.close();
      await this.#deps.desk.partDone(this.#deps.call._id, name);
    } catch (error) {
      this.#fail(part, error);
    }
  }

  #start() {
    const { desk, call, clock, callMs } = this.#deps;
    const opened = desk.begin(call, this.#epoch, callMs());
    // A file that could not be opened is dealt with at the first flush.
    opened.catch(() => undefined);
    const timer = clock.every(FLUSH_MS, () => this.#flush());
    this.#part = { channels: new TwoChannels(clock), timer, opened, failed: false };
  }

  #flush() {
    const part = this.#part;
    if (part === null) return;
    if (this.#flushing === null) {
      this.#flushing = this.#write(part).finally(() => {
        this.#flushing = null;
      });
    } else if (part.channels.heldMs > MAX_HELD_MS) {
      this.#fail(part, new Error("The disk is too slow for a recording."));
    }
  }

  async #write(part: Part): Promise<void> {
    try {
      const { file } = await part.opened;
      while (this.#part === part) {
        const next = part.channels.take();
        if (next === null) return;
        await file.append(next);
      }
    } catch (error) {
      this.#fail(part, error);
    }
  }

  /** A recording that cannot be written is given up; the call goes on. */
  #fail(part: Part, error: unknown) {
    const { call, logger, record, callMs, background } = this.#deps;
    if (part.failed || this.#refused) return;
    part.failed = true;
    part.timer.cancel();
    if (this.#part === part) this.#part = null;
    logger.error({ callId: call._id, ...errorFields(error) }, "a recording failed; the call goes on");
    record({ type: "recording.stopped", why: "failed", atMs: callMs() });
    background(this.#keepFailed(part));
  }

  async #keepFailed({ opened }: Part): Promise<void> {
    const { desk, call } = this.#deps;
    await desk.failed(call._id);
    const { name, file } = await opened;
    await file.close();
    await desk.partDone(call._id, name);
  }

  /** Nothing is written any more. */
  async #stopPart(): Promise<void> {
    const part = this.#part;
    if (part === null) return;
    this.#part = null;
    part.timer.cancel();
    await this.#flushing;
    const opened = await part.opened.catch(() => null);
    await opened?.file.close();
  }
}
