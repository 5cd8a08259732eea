import type { Caller } from "#server/accounts/caller.ts";
import type { Analyst } from "#server/analyst/analyst.ts";
import type { CallFeed } from "#server/calls/call-feed.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { CallTelephony } from "#server/calls/call-telephony.ts";
import { CallAccess } from "#server/calls/call-access.ts";
import { DialHold } from "#server/calls/dialing/dial-hold.ts";
import { DialQueue } from "#server/calls/dialing/dial-queue.ts";
import { dialAttempt } from "#server/calls/dialing/dialer.ts";
import { Reconciler } from "#server/calls/dialing/reconcile.ts";
import { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { OptOut } from "#server/calls/opt-out.ts";
import {
  type CallParties,
  type CallRequest,
  personOf,
  prepareCall,
  withinRequestLimit,
} from "#server/calls/request-call.ts";
import type { Attempt, CallInput, Effect } from "#server/calls/state/call-state.ts";
import { WrapUp } from "#server/calls/wrap-up.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import type { CallRequestReply } from "#shared/contract/business.ts";
import { canHangUp, type CallStatus } from "#shared/call/status.ts";
import type { Connection } from "mongoose";

type CallsConfig = {
  callsPerSecond: number;
  maxLiveCalls: number;
  ringTimeoutSeconds: number;
  callTimeLimitSeconds: number;
  retryBackoffSeconds: number;
  quietHours: QuietHours;
};

export type CallsDeps = {
  connection: Connection;
  config: CallsConfig;
  /** This server's name in heartbeats. */
  instance: string;
  feed: CallFeed;
  telephony: Telephony;
  voice: VoiceModel;
  analyst: Analyst;
  alarms: Alarms;
  limits: Limits;
  suppressions: Suppressions;
  consents: Pick<Consents, "consentFor">;
  parties: CallParties;
  seals: Seals;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
};

const MAX_ATTEMPTS = 3;
const MAX_RESUMES = 3;
/** What one call takes on average, for the estimate of the wait. */
const TYPICAL_CALL_SECONDS = 90;

/** The calls feature: requests, the dial queue, live actors, the way to the end. One per server process. */
export class Calls {
  readonly access: CallAccess;
  readonly telephonyEvents: CallTelephony;
  readonly hold: DialHold;
  readonly queries: CallQueries;
  readonly #deps: CallsDeps;
  readonly #store: CallStore;
  readonly #actors: ActorRegistry;
  readonly #queue: DialQueue;
  readonly #reconciler: Reconciler;
  readonly #wrapUp: WrapUp;
  readonly #optOut: OptOut;
  /** Effects under way; shutdown waits for them. */
  readonly #working = new Set<Promise<void>>();

  constructor(deps: CallsDeps) {
    const { config, connection, feed, clock, logger, telephony, voice, suppressions } = deps;
    this.#deps = deps;
    const rules = {
      maxAttempts: MAX_ATTEMPTS,
      retryBackoffMs: config.retryBackoffSeconds * 1000,
      ringTimeoutMs: config.ringTimeoutSeconds * 1000,
      timeLimitMs: config.callTimeLimitSeconds * 1000,
      maxResumes: MAX_RESUMES,
    };
    const store = new CallStore({ connection, feed, clock, logger, rules });
    const queries = new CallQueries(connection);
    const perform = (call: CallHead, effects: Effect[]) => this.#perform(call, effects);
    this.#store = store;
    this.queries = queries;
    this.access = new CallAccess(store, queries);
    this.hold = new DialHold(
      { clock, logger, released: () => this.#queue.nudge() },
      { telephony: () => telephony.check(), voice: () => voice.check() },
    );
    this.#optOut = new OptOut({ store, queries, suppressions, perform });
    this.#actors = new ActorRegistry(this.#actorDeps(), (count) => deps.metrics.callsLive.set(count));
    this.telephonyEvents = new CallTelephony({ ...deps, store, queries, actors: this.#actors, perform });
    this.#queue = new DialQueue({
      ...deps,
      ...config,
      store,
      queries,
      hold: this.hold,
      fromNumbers: telephony.fromNumbers,
      perform,
      depthChanged: (depth) => deps.metrics.queueDepth.set(depth),
    });
    this.#wrapUp = new WrapUp({ ...deps, store, settled: (callId) => this.#actors.settled(callId), perform });
    this.#reconciler = new Reconciler({
      ...deps,
      store,
      queries,
      ringTimeoutMs: rules.ringTimeoutMs,
      perform,
      wrapUp: (callId) => this.#wrapUp.start(callId),
    });
  }

  #actorDeps() {
    const { feed, voice, clock, logger, instance, metrics } = this.#deps;
    return {
      store: this.#store,
      feed,
      voice,
      clock,
      logger,
      instance,
      endCall: (callId: string, end: Extract<CallInput, { kind: "hangUpAsked" }>["end"]) =>
        this.#work(this.#apply(callId, { kind: "hangUpAsked", end })),
      optOut: (callId: string, how: "spoken" | "key") => this.#optOut.record(callId, how),
      voiceBroken: (reason: string) => this.hold.hold("voice", reason),
      streamLost: async (callId: string, attemptId: string, epoch: number) => {
        this.#actors.release(callId, "stream closed");
        await this.#apply(callId, { kind: "streamLost", attemptId, epoch });
      },
      measured: (what: "firstWordMs" | "turnMs", ms: number) =>
        (what === "turnMs" ? metrics.turnLatencyMs : metrics.answerToFirstWordMs).observe(ms),
    };
  }

  /** Before the alarms start. */
  defineAlarms() {
    const { alarms } = this.#deps;
    alarms.define("call.due", async (callId) => {
      await this.#apply(callId, { kind: "due" });
    });
    alarms.define("call.reconcile", (callId) => this.#reconciler.reconcile(callId));
    alarms.define("call.wrapUp", async (callId) => this.#wrapUp.start(callId));
  }

  start() {
    this.#queue.start();
    this.#reconciler.start();
  }

  /** Dials nothing more; live calls go on. */
  async drain(): Promise<void> {
    await this.#queue.stop();
  }

  /** After `drain`: lets every live call go (it resumes elsewhere or ends) and waits until all is stored. */
  async stop(): Promise<void> {
    this.hold.stop();
    await this.#reconciler.stop();
    await this.#actors.releaseAll("server stops");
    await this.#wrapUp.stop();
    await Promise.all(this.#working);
  }

  /** @throws Failure, see the contract of `business.requestAICall` */
  async request(caller: Caller, request: CallRequest): Promise<CallRequestReply> {
    const call = await prepareCall(caller, request, { ...this.#deps, ...this.#deps.config });
    // Record first, then the alarm: a call without an alarm is found by the sweep, an alarm without a call does nothing.
    await withinRequestLimit(call.businessId, this.#deps.limits, () => this.#store.insert(call));
    if (call.dueAt !== null) await this.#deps.alarms.set("call.due", call._id, call.dueAt);
    else this.#queue.nudge();
    return this.#replyOf(call);
  }

  async #replyOf(call: CallHead): Promise<CallRequestReply> {
    const position = call.queuedAt === null ? null : await this.queries.queuePosition(call.queuedAt);
    const reply = { success: true as const, call_id: call._id, queued_at: call.requestedAt.toISOString() };
    if (position === null) {
      const waitSeconds = Math.max(
        0,
        Math.round(((call.dueAt?.getTime() ?? 0) - this.#deps.clock.nowMs()) / 1000),
      );
      return {
        ...reply,
        message: "The call is scheduled.",
        queue_position: null,
        estimated_wait_seconds: waitSeconds,
        scheduled_for: call.dueAt?.toISOString() ?? null,
      };
    }
    return {
      ...reply,
      message: position === 1 ? "The call is next in line." : `The call is number ${position} in line.`,
      queue_position: position,
      estimated_wait_seconds: await this.#estimateSeconds(position),
      scheduled_for: null,
    };
  }

  async #estimateSeconds(position: number): Promise<number> {
    const { callsPerSecond, maxLiveCalls } = this.#deps.config;
    const free = Math.max(0, maxLiveCalls - (await this.queries.countLive()));
    const behindLines = Math.max(0, position - free);
    return Math.ceil((position - 1) / callsPerSecond + (behindLines * TYPICAL_CALL_SECONDS) / maxLiveCalls);
  }

  /** Works in every state and answers the truth [CL11]. @throws Failure NOT_FOUND */
  async cancel(
    caller: Caller,
    callId: string,
  ): Promise<{ callId: string; status: CallStatus; cancelled: boolean }> {
    await this.access.head(caller, callId);
    const call = await this.#apply(callId, { kind: "cancelAsked", by: personOf(caller) });
    if (call === null) throw new Failure("NOT_FOUND");
    const { state, status } = call;
    const cancelled =
      status === "cancelled" ||
      status === "cancelling" ||
      (state.phase === "wrappingUp" && state.end.status === "cancelled");
    return { callId, status, cancelled };
  }

  /** Puts the phone down as if the talk were over; while it still rings that is a cancel. @throws Failure NOT_FOUND, NOT_POSSIBLE */
  async hangUp(caller: Caller, callId: string): Promise<{ callId: string; status: CallStatus }> {
    const { status } = await this.access.head(caller, callId);
    if (!canHangUp(status)) throw new Failure("NOT_POSSIBLE");
    if (status !== "in_progress") return this.cancel(caller, callId);
    const end = { status: "completed", reason: `hung_up_by_${caller.role}` } as const;
    const call = await this.#apply(callId, { kind: "hangUpAsked", end });
    return { callId, status: call?.status ?? status };
  }

  /** The person behind an account wants no more calls from anybody. Returns how many calls were stopped. */
  stopAllCalls(caller: Caller, phoneKey: string): Promise<number> {
    return this.#optOut.stopAll(phoneKey, personOf(caller));
  }

  /** Feeds an input, performs what it asks for; the call as it then is, null when there is none. */
  async #apply(callId: string, input: CallInput): Promise<CallHead | null> {
    const applied = await this.#store.apply(callId, () => input);
    if (applied.kind === "stepped") this.#perform(applied.call, applied.step.effects);
    return applied.kind === "absent" ? null : applied.call;
  }

  #perform(call: CallHead, effects: Effect[]) {
    if (call.state.phase === "ended") this.#deps.metrics.callsEnded.inc({ status: call.status });
    for (const effect of effects) this.#work(this.#performOne(call, effect));
  }

  #work(promise: Promise<unknown>) {
    const guarded = promise
      .then(() => undefined)
      .catch((error: unknown) => {
        // What was not done is found again: by its alarm, by the sweep, or by the next report of the carrier.
        this.#deps.logger.error(errorFields(error), "an effect of a call failed");
      })
      .finally(() => this.#working.delete(guarded));
    this.#working.add(guarded);
  }

  async #performOne(call: CallHead, effect: Effect): Promise<void> {
    switch (effect.kind) {
      case "dial":
        return this.#dial(call, effect.attempt);
      case "endPhone":
        return this.#endPhone(call, effect.carrierCallId);
      case "setAlarm":
        return this.#deps.alarms.set(effect.alarm, call._id, new Date(effect.at));
      case "prepareVoice":
        await this.#actors.prepare(call);
        return;
      case "releaseActor":
        this.#actors.release(call._id, "call over");
        return;
      case "nudgeQueue":
        this.#queue.nudge();
        return;
    }
  }

  async #dial(call: CallHead, attempt: Attempt): Promise<void> {
    const { config, limits } = this.#deps;
    const input = await dialAttempt(call, attempt, {
      ...this.#deps,
      store: this.#store,
      hold: this.hold,
      ringTimeoutSeconds: config.ringTimeoutSeconds,
      timeLimitSeconds: config.callTimeLimitSeconds,
    });
    const nobodyDialled = input.kind === "dialImpossible" || input.kind === "dialRefused";
    if (nobodyDialled)
      await limits.giveBack({ who: call.personKey, action: "attempt", hitId: attempt.placeId });
    await this.#apply(call._id, input);
  }

  /** The carrier's own reply may already be the end: a call that was still queued there gets no report. */
  async #endPhone(call: CallHead, carrierCallId: string): Promise<void> {
    const attempt = "attempt" in call.state ? call.state.attempt : null;
    const outcome = await this.#deps.telephony.end(carrierCallId);
    if (attempt === null || outcome.kind === "unreachable") return;
    if (outcome.kind === "over") return this.#reconciler.reconcile(call._id);
    const { attemptId } = attempt;
    await this.#apply(call._id, {
      kind: "carrierReported",
      attemptId,
      carrierCallId,
      status: outcome.status,
    });
  }
}
