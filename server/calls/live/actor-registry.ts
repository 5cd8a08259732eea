import type { CallHead } from "#server/calls/call-document.ts";
import { type ActorDeps, NO_PAST, pastOf } from "#server/calls/live/actor-deps.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import { liveAttempt, talkedBefore } from "#server/calls/state/call-state.ts";
import type { Timer } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";

/** A warm actor is let go when no stream claims it: the stream landed on another server, or never came. */
const UNCLAIMED_WHILE_RINGING_MS = 60_000;
const UNCLAIMED_AFTER_ANSWER_MS = 10_000;

/** A server that stops waits this long for a moment in which nobody speaks; then another one takes the call over. */
const HANDOVER_MS = 1500;
/** And then this long for words that are on their way; all of it has to fit into the stop (main.ts). */
const LAST_WORDS_MS = 1200;

/** `unclaimed`: the timer that lets a warm actor go; null once its stream has joined. */
type Entry = { actor: CallActor; unclaimed: Timer | null };

/** An admitted socket, and how its claim is stored. `claim` resolves to false when another stream was faster. */
export type Claim = { epoch: number; answeredAt: number; media: MediaStream; claim(): Promise<boolean> };

/** The actors of this process: made while the phone rings, joined by their stream, gone with it. */
export class ActorRegistry {
  readonly #deps: ActorDeps;
  readonly #entries = new Map<string, Entry>();
  /** Actors of calls that were talking before: they are made after their past was read. */
  readonly #making = new Map<string, Promise<CallActor | null>>();
  /** Actors that still write their last words. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #liveChanged: (count: number) => void;
  #stopping = false;

  constructor(deps: ActorDeps, liveChanged: (count: number) => void) {
    this.#deps = deps;
    this.#liveChanged = liveChanged;
  }

  /** The call's stream is here and alive. */
  hears(callId: string): boolean {
    return this.#entries.get(callId)?.actor.hears === true;
  }

  /** There are calls here, live or about to be. */
  get any(): boolean {
    return this.#entries.size > 0;
  }

  /** There is an order in the call's journal, perhaps for an actor of ours; `upTo`: its number, if it is known. */
  steered(callId: string, upTo?: number) {
    this.#entries.get(callId)?.actor.steered(upTo);
  }

  /** Sound for a call, of whoever may hold it. False when the call is not here. */
  speak(callId: string, sound: MicSound): boolean {
    const entry = this.#entries.get(callId);
    if (entry === undefined || entry.unclaimed !== null) return false;
    entry.actor.speak(sound);
    return true;
  }

  /** Warms a voice session for a call that rings or was picked up. Asked again for the same stream it only waits longer. */
  async prepare(call: CallHead): Promise<void> {
    const entry = this.#entries.get(call._id);
    if (entry !== undefined && entry.unclaimed !== null) return this.#awaitClaim(call, entry);
    await this.#make(call);
  }

  /**
   * The stream of an admitted socket has started. A call that never talked before is joined at once, so that no frame waits; the claim is then
   * stored, and an actor whose claim fails lets go.
   */
  join(call: CallHead, claim: Claim): void {
    const entry = this.#entries.get(call._id);
    if (entry !== undefined && entry.unclaimed !== null) return this.#joinNow(call, entry.actor, claim);
    this.#make(call)
      .then((actor) => {
        if (actor === null) claim.media.close("call over");
        else this.#joinNow(call, actor, claim);
      })
      .catch((error: unknown) => {
        this.#deps.logger.error({ callId: call._id, ...errorFields(error) }, "a stream found no actor");
        claim.media.close("no actor");
      });
  }

  /** Lets the call's actor go, or only `actor` if that is still the one. True when there was one. */
  release(callId: string, reason: string, actor?: CallActor, lastWordsMs?: number): boolean {
    const entry = this.#entries.get(callId);
    if (entry === undefined || (actor !== undefined && actor !== entry.actor)) return false;
    entry.unclaimed?.cancel();
    this.#entries.delete(callId);
    this.#liveChanged(this.#entries.size);
    const leaving = entry.actor
      .release(reason, lastWordsMs)
      .catch((error: unknown) => {
        this.#deps.logger.error({ callId, ...errorFields(error) }, "an actor did not end in order");
      })
      .finally(() => {
        if (this.#leaving.get(callId) === leaving) this.#leaving.delete(callId);
      });
    this.#leaving.set(callId, leaving);
    return true;
  }

  /** Resolves when nothing more of this call will be written by this process. */
  async settled(callId: string): Promise<void> {
    await this.#leaving.get(callId);
  }

  /** Takes no call any more and lets all go; resolves when their last words are stored. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const live = [...this.#entries].map(async ([callId, { actor }]) => {
      await actor.pause(HANDOVER_MS);
      this.release(callId, "server stops", actor, LAST_WORDS_MS);
    });
    await Promise.all(live);
    await Promise.all(this.#leaving.values());
  }

  /** A fresh actor for the call; one at a time, however many ask. Null when there is nothing to talk about any more. */
  #make(call: CallHead): Promise<CallActor | null> {
    const known = this.#making.get(call._id);
    if (known !== undefined) return known;
    const making = this.#makeNow(call).finally(() => this.#making.delete(call._id));
    this.#making.set(call._id, making);
    return making;
  }

  async #makeNow(call: CallHead): Promise<CallActor | null> {
    if (this.#stopping || liveAttempt(call.state) === null) return null;
    this.release(call._id, "replaced");
    const isResumed = talkedBefore(call.state);
    if (isResumed) await this.settled(call._id);
    const past = isResumed ? await pastOf(this.#deps.store, call._id) : NO_PAST;
    const actor = new CallActor(call, past, this.#deps);
    this.#awaitClaim(call, { actor, unclaimed: null });
    return actor;
  }

  #awaitClaim(call: CallHead, { actor, unclaimed }: Entry): void {
    unclaimed?.cancel();
    const patienceMs =
      call.state.phase === "answered" ? UNCLAIMED_AFTER_ANSWER_MS : UNCLAIMED_WHILE_RINGING_MS;
    const letGo = () => void this.release(call._id, "unclaimed", actor);
    this.#entries.set(call._id, { actor, unclaimed: this.#deps.clock.after(patienceMs, letGo) });
    this.#liveChanged(this.#entries.size);
  }

  #joinNow(call: CallHead, actor: CallActor, { epoch, answeredAt, media, claim }: Claim): void {
    const attempt = liveAttempt(call.state);
    if (attempt === null || this.#stopping) return media.close("call over");
    this.#entries.get(call._id)?.unclaimed?.cancel();
    this.#entries.set(call._id, { actor, unclaimed: null });
    actor.join(media, epoch, attempt.attemptId, answeredAt);
    claim()
      .then((mine) => (mine ? actor.claimed() : this.release(call._id, "not ours", actor)))
      .catch((error: unknown) => {
        this.#deps.logger.error({ callId: call._id, ...errorFields(error) }, "a stream could not be claimed");
        this.release(call._id, "claim failed", actor);
      });
  }
}
