import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import { isOrder } from "#server/calls/head-changes.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { personOf } from "#server/calls/new-call.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { newId } from "#server/lib/ids.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { AuditAct } from "#shared/audit.ts";
import type { CallEvent, NewCallEvent } from "#shared/call/events.ts";
import { isTalking } from "#shared/call/status.ts";

/** The journal keeps each; nobody types more. */
const STEERS = { max: 60, windowMs: 60_000 };
/** An owner that was not told finds its orders this late. */
const LOOK_MS = 1000;
/** Clocks of servers may differ by less than this. */
const RECENT_MS = 60_000;

type Deps = {
  access: Pick<CallAccess, "head">;
  store: Pick<CallStore, "append">;
  queries: Pick<CallQueries, "steeredSince">;
  actors: Pick<ActorRegistry, "any" | "steered">;
  limits: Pick<Limits, "take">;
  audit: Pick<Audit, "record">;
  clock: Clock;
  logger: Logger;
  /** Work that nobody waits for but the shutdown. */
  work(promise: Promise<unknown>): void;
};

/**
 * What staff do to a call in words: whisper, exact words, notes, flags. What the agent is to do is stored first; its owner reads it from the journal,
 * on this server at once, on another one when it hears of the event, and within a second when that was lost [CL341].
 */
export class Steering {
  readonly #deps: Deps;
  #timer: Timer | null = null;
  #isLooking = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start() {
    this.#timer = this.#deps.clock.every(LOOK_MS, () => void this.#look());
  }

  stop() {
    this.#timer?.cancel();
  }

  /** @throws Failure NOT_FOUND, NOT_POSSIBLE (nobody talks), RATE_LIMITED */
  whisper(caller: Caller, callId: string, text: string): Promise<{ callId: string; steerId: string }> {
    return this.#steer(caller, callId, { type: "steer.whispered", text });
  }

  /** @throws Failure NOT_FOUND, NOT_POSSIBLE (nobody talks), RATE_LIMITED */
  sayExactly(caller: Caller, callId: string, text: string): Promise<{ callId: string; steerId: string }> {
    return this.#steer(caller, callId, { type: "steer.said", text });
  }

  /** In every state of the call. @throws Failure NOT_FOUND, RATE_LIMITED */
  async addNote(caller: Caller, callId: string, text: string): Promise<{ callId: string; noteId: string }> {
    const noteId = newId("note");
    await this.#remark(caller, callId, { type: "note.added", by: personOf(caller), noteId, text });
    return { callId, noteId };
  }

  /** In every state of the call. @throws Failure NOT_FOUND, RATE_LIMITED */
  async flag(caller: Caller, callId: string, reason: string): Promise<{ callId: string; flagged: true }> {
    await this.#remark(caller, callId, { type: "flag.raised", by: personOf(caller), reason });
    return { callId, flagged: true };
  }

  /** Another server stored this: the call's owner may be here. */
  heard(callId: string, event: CallEvent) {
    if (isOrder(event.type)) this.#deps.actors.steered(callId);
  }

  async #steer(
    caller: Caller,
    callId: string,
    what: { type: "steer.whispered" | "steer.said"; text: string },
  ): Promise<{ callId: string; steerId: string }> {
    const { access, store, actors } = this.#deps;
    const { status } = await access.head(caller, callId);
    if (!isTalking(status)) throw new Failure("NOT_POSSIBLE");
    await this.#takePlace(caller, "steer");
    const steerId = newId("steer");
    const event: NewCallEvent = { ...what, by: personOf(caller), steerId };
    const stored = await store.append(callId, (call) => (isTalking(call.status) ? [event] : null));
    if (stored.kind !== "stepped") throw new Failure("NOT_POSSIBLE");
    actors.steered(callId);
    this.#audited(caller, what.type === "steer.said" ? "said_exactly" : "whispered", stored.call);
    return { callId, steerId };
  }

  async #remark(caller: Caller, callId: string, event: NewCallEvent): Promise<void> {
    const { access, store } = this.#deps;
    await access.head(caller, callId);
    await this.#takePlace(caller, "remark");
    const stored = await store.append(callId, () => [event]);
    if (stored.kind !== "stepped") throw new Failure("NOT_FOUND");
    this.#audited(caller, event.type === "flag.raised" ? "flagged" : "noted", stored.call);
  }

  /** Nobody waits for that; the journal has the act already. */
  #audited(by: Caller, act: AuditAct, call: CallHead) {
    this.#deps.work(this.#deps.audit.record(by, act, call));
  }

  async #takePlace({ accountId }: Caller, action: "steer" | "remark"): Promise<void> {
    const place = await this.#deps.limits.take({ who: accountId, action, ...STEERS });
    if (!place.ok) throw new Failure("RATE_LIMITED", { retryAfterSeconds: place.retryAfterSeconds });
  }

  async #look(): Promise<void> {
    const { actors, queries, clock, logger } = this.#deps;
    if (this.#isLooking || !actors.any) return;
    this.#isLooking = true;
    try {
      const since = new Date(clock.nowMs() - RECENT_MS);
      for (const { callId, steerSeq } of await queries.steeredSince(since)) actors.steered(callId, steerSeq);
    } catch (error) {
      logger.warn(errorFields(error), "orders for live calls could not be looked for; it is tried again");
    } finally {
      this.#isLooking = false;
    }
  }
}
