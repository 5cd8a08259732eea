import type { CallQueries, OwnedCall } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { CallTelephony } from "#server/calls/call-telephony.ts";
import { OwnerSilence } from "#server/calls/dialing/owner-silence.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { talkedBefore } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { CarrierStatus, Telephony } from "#server/telephony/telephony.ts";

const LOOK_MS = 1000;
/** While all calls are our own, as where there is one server only, this many looks are left out: each reads every live call. */
const SPARED_LOOKS = 3;

type Deps = {
  queries: Pick<CallQueries, "owned">;
  store: Pick<CallStore, "knock">;
  actors: Pick<ActorRegistry, "hears">;
  telephonyEvents: Pick<CallTelephony, "ownerSilent">;
  telephony: Pick<Telephony, "instruct">;
  clock: Clock;
  logger: Logger;
  /** Asks the carrier what became of the call and stores it; null: the carrier can't be asked now. */
  learn(callId: string): Promise<CarrierStatus | null>;
  /** Work that nobody waits for. */
  work(promise: Promise<unknown>): void;
};

/**
 * A server that hangs, or whose host is cut off, keeps its media sockets open: the carrier notices nothing, and the person hears silence. Every other
 * server watches its heartbeats; when they stay away it makes the carrier leave the dead stream for one of its own [CL192].
 */
export class SilentOwners {
  readonly #deps: Deps;
  readonly #silence = new OwnerSilence();
  /** Calls that are being taken over by this server. */
  readonly #taking = new Set<string>();
  #sparing = 0;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start() {
    this.#timer = this.#deps.clock.every(LOOK_MS, () => void this.look());
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#looking;
  }

  /** One at a time: while one waits for the database the next ones are left out. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => {
        this.#silence.forget();
        this.#deps.logger.warn(errorFields(error), "the owners of live calls could not be watched");
      })
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { queries, clock, store, actors, work } = this.#deps;
    if (this.#sparing > 0) return void (this.#sparing -= 1);
    const askedMs = clock.monotonicMs();
    const calls = await queries.owned();
    const watched = calls.filter(
      ({ _id, state }) =>
        (state.phase === "talking" || talkedBefore(state)) && !actors.hears(_id) && !this.#taking.has(_id),
    );
    if (watched.length === 0) this.#sparing = SPARED_LOOKS;
    const { knock, lost } = this.#silence.look(watched, askedMs, clock.monotonicMs());
    for (const call of lost) {
      this.#taking.add(call._id);
      work(this.#takeOver(call).finally(() => this.#taking.delete(call._id)));
    }
    await Promise.all(
      knock.map(async (call) => {
        if (await store.knock(call)) this.#silence.knocked(call, clock.monotonicMs());
      }),
    );
  }

  async #takeOver(call: OwnedCall): Promise<void> {
    const { learn, telephonyEvents, telephony, logger } = this.#deps;
    if ((await learn(call._id)) !== "in_progress") return;
    const told = await telephonyEvents.ownerSilent(call);
    if (told === null) return;
    logger.warn(
      { callId: call._id },
      "the owner of a live call is silent; the carrier is called to this server",
    );
    const outcome = await telephony.instruct(told.carrierCallId, told.attemptId, told.instruction);
    if (outcome.kind === "over") await learn(call._id);
    if (outcome.kind === "unreachable")
      logger.warn({ callId: call._id }, "the carrier could not be told to leave a dead stream");
  }
}
