import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { newId } from "#server/lib/ids.ts";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** Events that may wait while the database is away; the oldest measures are dropped first, words never. */
const MAX_WAITING = 500;
const RETRY_MS = [200, 500, 1000, 2000, 5000];

/**
 * Writes what happens inside a live call, in order, off the audio path. Events that come while a write runs go together in the next one. When
 * another actor has taken the call over it stops for good and says so.
 */
export class Recorder {
  readonly #store: Pick<CallStore, "record">;
  readonly #callId: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onFenced: () => void;
  #epoch: number | null = null;
  #waiting: NewCallEvent[] = [];
  #writing: Promise<void> | null = null;
  /** Sent, but the reply was lost: it goes again unchanged, under the same id. */
  #unsure: { recordId: string; events: NewCallEvent[] } | null = null;
  /** The call as the last write left it. */
  #head: CallHead | null = null;
  #fenced = false;

  constructor(deps: {
    store: Pick<CallStore, "record">;
    callId: string;
    clock: Clock;
    logger: Logger;
    onFenced: () => void;
  }) {
    this.#store = deps.store;
    this.#callId = deps.callId;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#onFenced = deps.onFenced;
  }

  /** Before this nothing is written: the actor owns no stream yet. */
  own(epoch: number) {
    this.#epoch = epoch;
    this.#start();
  }

  add(...events: (NewCallEvent | null)[]) {
    if (this.#fenced) return;
    this.#waiting.push(...events.filter((event) => event !== null));
    if (this.#waiting.length > MAX_WAITING) this.#dropMeasures();
    this.#start();
  }

  /** Everything added so far is stored (or refused by the fence). */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #start() {
    if (this.#epoch === null || this.#writing !== null || this.#waiting.length === 0) return;
    this.#writing = this.#drain(this.#epoch).finally(() => {
      this.#writing = null;
      this.#start();
    });
  }

  async #drain(epoch: number): Promise<void> {
    for (let tries = 0; (this.#unsure !== null || this.#waiting.length > 0) && !this.#fenced;) {
      const batch = this.#unsure ?? { recordId: newId("rec"), events: this.#waiting.splice(0) };
      this.#unsure = batch;
      try {
        const applied = await this.#store.record(
          this.#callId,
          epoch,
          batch.recordId,
          batch.events,
          this.#head,
        );
        this.#unsure = null;
        tries = 0;
        if (applied.kind === "stepped") this.#head = applied.call;
        else this.#fence();
      } catch (error) {
        // Whether it was written is what has to be read now.
        this.#head = null;
        this.#logger.warn(
          { callId: this.#callId, ...errorFields(error) },
          "call events could not be stored; trying again",
        );
        await this.#clock.sleep(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)] ?? 0);
      }
    }
  }

  #fence() {
    this.#fenced = true;
    this.#waiting = [];
    this.#onFenced();
  }

  #dropMeasures() {
    const kept = this.#waiting.filter(
      (event) => event.type !== "turn.measured" && event.type !== "cost.updated",
    );
    this.#logger.warn(
      { callId: this.#callId, dropped: this.#waiting.length - kept.length },
      "call measures dropped",
    );
    this.#waiting = kept;
  }
}
