import type { CallHead } from "#server/calls/call-document.ts";
import { type ActorDeps, NO_PAST, pastOf } from "#server/calls/live/actor-deps.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import { liveAttempt } from "#server/calls/state/call-state.ts";
import type { Timer } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";

/** A prepared actor that no stream claims is let go (the stream landed on another server, or never came). */
const UNCLAIMED_MS = 60_000;

/** `unclaimed`: the timer that lets an actor go that no stream came for; null once joined. */
type Entry = { actor: CallActor; unclaimed: Timer | null };

/** The actors of this process: made while the phone rings, joined by their stream, gone with it. */
export class ActorRegistry {
  readonly #deps: ActorDeps;
  readonly #entries = new Map<string, Entry>();
  /** Actors that still write their last words. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #liveChanged: (count: number) => void;

  constructor(deps: ActorDeps, liveChanged: (count: number) => void) {
    this.#deps = deps;
    this.#liveChanged = liveChanged;
  }

  get size(): number {
    return this.#entries.size;
  }

  owns(callId: string): boolean {
    const entry = this.#entries.get(callId);
    return entry !== undefined && entry.unclaimed === null;
  }

  /** Warms a voice session for a call that rings or was picked up. A second request for the same stream changes nothing. */
  async prepare(call: CallHead): Promise<CallActor | null> {
    const entry = this.#entries.get(call._id);
    if (entry !== undefined && entry.unclaimed !== null) return entry.actor;
    if (liveAttempt(call.state) === null) return null;
    const taken = call.state.phase === "answered" && call.state.streams > 0;
    const past = taken ? await pastOf(this.#deps.store, call._id) : NO_PAST;
    const again = this.#entries.get(call._id);
    if (again !== undefined && again.unclaimed !== null) return again.actor;
    if (again !== undefined) this.release(call._id, "replaced");
    const actor = new CallActor(call, past, this.#deps);
    const unclaimed = this.#deps.clock.after(UNCLAIMED_MS, () => this.release(call._id, "unclaimed"));
    this.#set(call._id, { actor, unclaimed });
    return actor;
  }

  /**
   * The stream of an admitted socket has started. Synchronous up to the join, so that no frame is missed; the claim is then stored by
   * `claim`, and an actor whose claim fails lets go.
   */
  join(
    call: CallHead,
    epoch: number,
    answeredAt: number,
    media: MediaStream,
    claim: () => Promise<boolean>,
  ): void {
    const attempt = liveAttempt(call.state);
    if (attempt === null) return media.close("call over");
    const entry = this.#entries.get(call._id);
    const prepared = entry !== undefined && entry.unclaimed !== null ? entry.actor : null;
    entry?.unclaimed?.cancel();
    const actor = prepared ?? new CallActor(call, NO_PAST, this.#deps);
    this.#set(call._id, { actor, unclaimed: null });
    actor.join(media, epoch, attempt.attemptId, answeredAt);
    claim()
      .then((mine) => (mine ? actor.claimed() : this.release(call._id, "not ours")))
      .catch((error: unknown) => {
        this.#deps.logger.error({ callId: call._id, ...errorFields(error) }, "a stream could not be claimed");
        this.release(call._id, "claim failed");
      });
  }

  /** Lets the call's actor go; `settled` tells when its last words are stored. */
  release(callId: string, reason: string): void {
    const entry = this.#entries.get(callId);
    if (entry === undefined) return;
    entry.unclaimed?.cancel();
    this.#entries.delete(callId);
    this.#liveChanged(this.#entries.size);
    const leaving = entry.actor.release(reason).finally(() => this.#leaving.delete(callId));
    this.#leaving.set(callId, leaving);
  }

  /** Resolves when nothing more of this call will be written by this process. */
  async settled(callId: string): Promise<void> {
    await this.#leaving.get(callId);
  }

  async releaseAll(reason: string): Promise<void> {
    for (const callId of this.#entries.keys()) this.release(callId, reason);
    await Promise.all(this.#leaving.values());
  }

  #set(callId: string, entry: Entry) {
    this.#entries.set(callId, entry);
    this.#liveChanged(this.#entries.size);
  }
}
