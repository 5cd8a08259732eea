import type { Advance } from "#server/calls/advance.ts";
import { markOf } from "#server/calls/dialing/owner-silence.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { CallTelephony } from "#server/calls/call-telephony.ts";
import { SilentOwners } from "#server/calls/dialing/silent-owners.ts";
import type { Effects } from "#server/calls/effects.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import { type CallInput, liveAttempt, liveCarrierCallId } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { CarrierStatus, FetchOutcome, Telephony } from "#server/telephony/telephony.ts";

const SWEEP_MS = 4000;
/** A call of which nothing was heard for this long, by this server's own monotonic clock, is looked into. */
const STALE_MS = 10_000;
/** A phone that the carrier keeps in somebody's hand without a stream of ours is put down after this. */
const ABANDONED_MS = 30_000;
/** A dial whose reply was lost and that the carrier does not list is given up this long after it would have rung out, and not before `LOST_AFTER_MS`: listings lag. */
const LOST_AFTER_RINGING_MS = 60_000;
const LOST_AFTER_MS = 5 * 60_000;
/** A phone that the carrier would make ring later than this is not what was asked for: the hours and the person's day have moved on. */
const QUEUED_TOO_LONG_MS = 10 * 60_000;
const LATE_ALARM_MS = 5000;

export type ReconcilerDeps = {
  store: Pick<CallStore, "head" | "knock">;
  advance: Advance;
  queries: CallQueries;
  telephony: Telephony;
  seals: Seals;
  clock: Clock;
  logger: Logger;
  ringTimeoutMs: number;
  effects: Pick<Effects, "perform" | "work">;
  telephonyEvents: Pick<CallTelephony, "ownerSilent">;
  actors: Pick<ActorRegistry, "hears">;
  /** A talk that is over and was not summed up: start again. */
  wrapUp(callId: string): void;
  /** Asks the carrier what a call cost that is over. */
  settle(callId: string): Promise<void>;
};

type Sighting = { mark: string; sinceMs: number };

/**
 * Makes the record true again after anything was lost: a reply, a webhook, a process, an alarm. It asks the carrier and feeds the answer to
 * `step`; it never dials. Staleness is judged by this server's monotonic clock alone (DESIGN §2.4).
 */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #silentOwners: SilentOwners;
  #sightings = new Map<string, Sighting>();
  #timer: Timer | null = null;
  #sweeping: Promise<void> | null = null;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    this.#silentOwners = new SilentOwners({
      ...deps,
      learn: (callId) => this.learn(callId),
      work: (promise) => deps.effects.work(promise),
    });
  }

  start() {
    this.#silentOwners.start();
    this.#timer = this.#deps.clock.every(SWEEP_MS, () => {
      this.#sweeping ??= this.#sweep()
        .catch((error: unknown) => {
          // What was seen before an outage says nothing about now.
          this.#sightings = new Map();
          this.#deps.logger.error(errorFields(error), "the sweep failed");
        })
        .finally(() => {
          this.#sweeping = null;
        });
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await Promise.all([this.#sweeping, this.#silentOwners.stop()]);
  }

  /** Asks the carrier about one call, stores what it says, and asks again to end a phone that somebody wanted ended. */
  async reconcile(callId: string): Promise<void> {
    await this.learn(callId);
    const call = await this.#deps.store.head(callId);
    if (call === null || (call.state.phase !== "cancelling" && call.state.phase !== "leaving")) return;
    const { carrierCallId } = call.state;
    // The carrier still speaks our last words.
    const until = call.state.phase === "leaving" ? (call.state.say?.until ?? 0) : 0;
    if (this.#deps.clock.nowMs() < until) return;
    if (carrierCallId !== null) this.#deps.effects.perform(call, [{ kind: "endPhone", carrierCallId }]);
  }

  /** Asks the carrier about one call and stores what it says. Null: nothing is known of it now. */
  async learn(callId: string): Promise<CarrierStatus | null> {
    const call = await this.#deps.store.head(callId);
    const attempt = call === null ? null : liveAttempt(call.state);
    if (call === null || attempt === null) return null;
    const carrierCallId = liveCarrierCallId(call.state);
    const seen =
      carrierCallId === null
        ? await this.#find(call, attempt.attemptId, attempt.from)
        : await this.#deps.telephony.fetch(carrierCallId);
    const input = this.#inputOf(call, attempt.attemptId, carrierCallId, seen);
    const status = seen.kind === "found" ? seen.call.status : null;
    if (input === null) return status;
    // Picked up in the meantime: it waits no more.
    await this.#deps.advance(callId, ({ state }) =>
      input.kind === "hangUpAsked" && state.phase !== "dialing" ? null : input,
    );
    return status;
  }

  #find(call: CallHead, attemptId: string, from: string): Promise<FetchOutcome> {
    const to = this.#deps.seals.open(call.phone, phonePlace(call._id));
    return this.#deps.telephony.find({ attemptId, to, from });
  }

  #inputOf(
    call: CallHead,
    attemptId: string,
    carrierCallId: string | null,
    seen: FetchOutcome,
  ): CallInput | null {
    if (seen.kind === "unreachable") return null;
    if (seen.kind === "found") {
      const { carrierCallId: found, status } = seen.call;
      if (this.#waitsTooLong(call, status)) {
        return { kind: "hangUpAsked", end: { status: "failed", reason: "queued_too_long" } };
      }
      return { kind: "carrierReported", attemptId, carrierCallId: found, status, learned: true };
    }
    if (carrierCallId !== null) return { kind: "lostAtCarrier", attemptId };
    const since = "since" in call.state ? call.state.since : 0;
    const patienceMs = Math.max(LOST_AFTER_MS, this.#deps.ringTimeoutMs + LOST_AFTER_RINGING_MS);
    return this.#deps.clock.nowMs() - since > patienceMs ? { kind: "lostAtCarrier", attemptId } : null;
  }

  /** [CL105] The carrier queues what it can't dial at once, for up to a day. */
  #waitsTooLong({ state }: CallHead, status: CarrierStatus): boolean {
    if (state.phase !== "dialing" || state.carrierCallId === null) return false;
    const waits = status === "queued" || status === "initiated";
    return waits && this.#deps.clock.nowMs() - state.since > QUEUED_TOO_LONG_MS;
  }

  async #sweep(): Promise<void> {
    const { queries, clock, advance, wrapUp } = this.#deps;
    const seen = new Map<string, Sighting>();
    for (const call of await queries.unfinished()) {
      const sighting = this.#look(call);
      seen.set(call._id, sighting);
      const silentMs = clock.monotonicMs() - sighting.sinceMs;
      if (silentMs < STALE_MS) continue;
      if (call.state.phase === "wrappingUp") wrapUp(call._id);
      else await this.#lookInto(call, silentMs);
    }
    this.#sightings = seen;
    for (const call of await queries.overdue(new Date(clock.nowMs() - LATE_ALARM_MS))) {
      await advance(call._id, { kind: "due" });
    }
    for (const call of await queries.unsettled(new Date(clock.nowMs() - LATE_ALARM_MS))) {
      await this.#deps.settle(call._id);
    }
  }

  #look(call: CallHead): Sighting {
    const mark = markOf(call);
    const known = this.#sightings.get(call._id);
    return known?.mark === mark ? known : { mark, sinceMs: this.#deps.clock.monotonicMs() };
  }

  /** One call that can't be looked into must not hide the others. */
  async #lookInto(call: CallHead, silentMs: number): Promise<void> {
    try {
      await this.reconcile(call._id);
      if (silentMs >= ABANDONED_MS) await this.#giveUp(call);
    } catch (error) {
      this.#deps.logger.error({ callId: call._id, ...errorFields(error) }, "a call could not be looked into");
    }
  }

  /** The carrier says that they still talk, but no server of ours is on the line. */
  async #giveUp(sighted: CallHead): Promise<void> {
    await this.#deps.advance(sighted._id, (call) => {
      const abandoned = call.state.phase === "answered" || call.state.phase === "talking";
      if (!abandoned || markOf(call) !== markOf(sighted)) return null;
      return { kind: "hangUpAsked", end: { status: "failed", reason: "connection_lost" } };
    });
  }
}
