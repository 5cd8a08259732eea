import type { Advance } from "#server/calls/advance.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { DialHold } from "#server/calls/dialing/dial-hold.ts";
import { dialAttempt } from "#server/calls/dialing/dialer.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import type { Attempt, Effect } from "#server/calls/state/call-state.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { Telephony } from "#server/telephony/telephony.ts";

export type EffectsDeps = {
  store: CallStore;
  advance: Advance;
  actors: ActorRegistry;
  hold: DialHold;
  telephony: Telephony;
  alarms: Alarms;
  limits: Limits;
  seals: Seals;
  /** This server's name in heartbeats. */
  instance: string;
  clock: Clock;
  logger: Logger;
  ringTimeoutSeconds: number;
  timeLimitSeconds: number;
  nudgeQueue(): void;
  wrapUp(callId: string): void;
  /** Asks the carrier what became of the call. */
  learn(callId: string): Promise<unknown>;
};

/** Does what `step` asked for, off the path of whoever fed the input. Each effect is safe to do twice, and found again when it was lost. */
export class Effects {
  readonly #deps: EffectsDeps;
  readonly #working = new Set<Promise<void>>();

  constructor(deps: EffectsDeps) {
    this.#deps = deps;
  }

  perform(call: CallHead, effects: readonly Effect[]) {
    for (const effect of effects) this.work(this.#one(call, effect));
  }

  /** Work that nobody waits for but the shutdown. */
  work(promise: Promise<unknown>) {
    const guarded = promise
      .then(() => undefined)
      .catch((error: unknown) => {
        // What was not done is found again: by its alarm, by the sweep, or by the next report of the carrier.
        this.#deps.logger.error(errorFields(error), "an effect of a call failed");
      })
      .finally(() => this.#working.delete(guarded));
    this.#working.add(guarded);
  }

  /** Work that somebody waits for, and the shutdown. @throws what it throws */
  async tracked(promise: Promise<unknown>): Promise<void> {
    this.work(promise);
    await promise;
  }

  async idle(): Promise<void> {
    await Promise.all(this.#working);
  }

  async #one(call: CallHead, effect: Effect): Promise<void> {
    const { actors, alarms, nudgeQueue } = this.#deps;
    switch (effect.kind) {
      case "dial":
        return this.#dial(call, effect.attempt);
      case "endPhone":
        return this.#endPhone(call, effect.carrierCallId);
      case "setAlarm":
        return alarms.set(effect.alarm, call._id, new Date(effect.at));
      case "prepareVoice":
        return actors.prepare(call);
      case "releaseActor":
        return this.#release(call);
      case "nudgeQueue":
        return nudgeQueue();
    }
  }

  async #release(call: CallHead): Promise<void> {
    const { actors, wrapUp, instance } = this.#deps;
    const wasHere = actors.release(call._id, "call over");
    // Who hung up has let its actor go before; nobody else waits for its last words, so nobody need wait for the alarm.
    const isOurs = wasHere || call.owner === instance;
    if (!isOurs || call.state.phase !== "wrappingUp") return;
    await actors.settled(call._id);
    wrapUp(call._id);
  }

  async #dial(call: CallHead, attempt: Attempt): Promise<void> {
    const input = await dialAttempt(call, attempt, this.#deps);
    const nobodyDialled = input.kind === "dialImpossible" || input.kind === "dialRefused";
    const place = { who: call.personKey, action: "attempt", hitId: attempt.placeId };
    if (nobodyDialled) await this.#deps.limits.giveBack(place);
    await this.#deps.advance(call._id, input);
  }

  /** The carrier's own reply may already be the end: a call that was still queued there gets no report. */
  async #endPhone(call: CallHead, carrierCallId: string): Promise<void> {
    const attempt = "attempt" in call.state ? call.state.attempt : null;
    const outcome = await this.#deps.telephony.end(carrierCallId);
    if (attempt === null || outcome.kind === "unreachable") return;
    if (outcome.kind === "over") return void (await this.#deps.learn(call._id));
    const { attemptId } = attempt;
    const { status } = outcome;
    await this.#deps.advance(call._id, { kind: "carrierReported", attemptId, carrierCallId, status });
  }
}
