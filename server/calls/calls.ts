import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Analyst } from "#server/analyst/analyst.ts";
import type { Appointments } from "#server/booking/appointments.ts";
import type { CallbackSlots } from "#server/booking/callback-slots.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallFeed } from "#server/calls/call-feed.ts";
import { type CallHead, placesOf } from "#server/calls/call-document.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { CallTelephony } from "#server/calls/call-telephony.ts";
import { CallAccess } from "#server/calls/call-access.ts";
import { CallMoves } from "#server/calls/call-moves.ts";
import { CallStops } from "#server/calls/call-stops.ts";
import { Effects } from "#server/calls/effects.ts";
import { Settlement } from "#server/calls/cost/settlement.ts";
import { createToolServices } from "#server/calls/follow-up.ts";
import { DialHold } from "#server/calls/dialing/dial-hold.ts";
import { talkCents } from "#server/calls/cost/estimate.ts";
import { Spending } from "#server/calls/dialing/spending.ts";
import { DialQueue } from "#server/calls/dialing/dial-queue.ts";
import { PlacesInLine } from "#server/calls/dialing/places-in-line.ts";
import { DialPausing } from "#server/calls/dialing/dial-pausing.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import { Reconciler } from "#server/calls/dialing/reconcile.ts";
import type { ActorDeps } from "#server/calls/live/actor-deps.ts";
import { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { CallExports } from "#server/calls/export/call-exports.ts";
import { NumberReveal } from "#server/calls/reveal-number.ts";
import { RecordingPlayback } from "#server/calls/recording/playback.ts";
import { Holds } from "#server/calls/holding/holds.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import type { RecordingFiles } from "#server/calls/recording/recording-files.ts";
import { OwnSummary } from "#server/calls/own-summary.ts";
import { Recordings } from "#server/calls/recording/recordings.ts";
import { OptOut } from "#server/calls/opt-out.ts";
import { CallRequests } from "#server/calls/call-requests.ts";
import { type CallsConfig, stepRules } from "#server/calls/calls-config.ts";
import { SoundDesk, type SoundFeed } from "#server/calls/sound/sound-desk.ts";
import type { CallParties, CallRequest } from "#server/calls/request-call.ts";
import { Steering } from "#server/calls/steering.ts";
import { WrapUp } from "#server/calls/wrap-up.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import { legalCallingInstant } from "#server/compliance/state-hours.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { Seals } from "#server/lib/sealed.ts";
import type { SignedTokens } from "#server/lib/signed-token.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import type { CallRequestReply } from "#shared/contract/call-request.ts";
import type { Connection } from "mongoose";

export type CallsDeps = {
  connection: Connection;
  config: CallsConfig;
  /** This server's name in heartbeats. */
  instance: string;
  dialSwitch: DialSwitch;
  feed: CallFeed;
  soundFeed: SoundFeed;
  telephony: Telephony;
  voice: VoiceModel;
  analyst: Analyst;
  alarms: Alarms;
  limits: Limits;
  suppressions: Suppressions;
  appointments: Appointments;
  slots: Pick<CallbackSlots, "confirm" | "release" | "reserve">;
  consents: Pick<Consents, "consentFor" | "record">;
  recordingFiles: RecordingFiles;
  recordingTokens: SignedTokens;
  audit: Pick<Audit, "record">;
  /** Told once a call is stored, and once it is over; perhaps twice. */
  news: { callPlanned(callId: string): void; callEnded(callId: string): void };
  parties: CallParties;
  seals: Seals;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
};

/** The calls feature: requests, the dial queue, live actors, the way to the end. One per server process. */
export class Calls {
  readonly access: CallAccess;
  /** Unasked who reads: for the edge that shows what was stored. */
  readonly journals: Pick<CallStore, "events">;
  readonly summaries: OwnSummary;
  readonly steering: Steering;
  readonly holds: Holds;
  readonly telephonyEvents: CallTelephony;
  readonly hold: DialHold;
  readonly queries: CallQueries;
  readonly requests: CallRequests;
  readonly pausing: DialPausing;
  readonly moves: CallMoves;
  readonly stops: CallStops;
  readonly playback: RecordingPlayback;
  readonly exports: CallExports;
  readonly numbers: NumberReveal;
  /** Who wants to hear which call. */
  readonly sound = new SoundDesk();
  readonly #deps: CallsDeps;
  readonly #store: CallStore;
  readonly #actors: ActorRegistry;
  readonly #queue: DialQueue;
  readonly #reconciler: Reconciler;
  readonly #wrapUp: WrapUp;
  readonly #settlement: Settlement;
  readonly #recordings: Recordings;
  readonly #optOut: OptOut;
  readonly #effects: Effects;
  readonly #spending: Spending;

  constructor(deps: CallsDeps) {
    const { config, connection, feed, clock, logger, telephony, voice, metrics } = deps;
    this.#deps = deps;
    const legalFrom = (call: CallHead, atMs: number) =>
      legalCallingInstant(placesOf(call.briefing), config.quietHours, atMs) ?? atMs;
    const store = new CallStore({ connection, feed, clock, logger, rules: stepRules(config), legalFrom });
    const queries = new CallQueries(connection);
    const advance = this.#advance;
    const wrapUp = (callId: string) => this.#wrapUp.start(callId);
    const work = (promise: Promise<unknown>) => this.#effects.work(promise);
    [this.#store, this.queries] = [store, queries];
    this.access = new CallAccess(store, queries);
    this.journals = store;
    this.moves = new CallMoves({ ...deps, ...config, access: this.access, advance });
    this.summaries = new OwnSummary({ ...deps, store, access: this.access });
    this.hold = new DialHold(
      { clock, logger, released: () => this.#queue.nudge() },
      { telephony: () => telephony.check(), voice: () => voice.check() },
    );
    const places = new PlacesInLine({ queries, clock });
    const known = { ...deps, ...config, store, queries, places, hold: this.hold, access: this.access };
    this.requests = new CallRequests({ ...known, wake: this.#wake });
    this.pausing = new DialPausing({ ...deps, resumed: () => this.#queue.nudge() });
    this.#optOut = new OptOut({ ...deps, store, queries, advance });
    this.stops = new CallStops({ ...known, advance, optOut: this.#optOut, work });
    const settled = (callId: string) => this.#actors.settled(callId);
    const recorded = { ...deps, ...config, files: deps.recordingFiles, tokens: deps.recordingTokens };
    this.#recordings = new Recordings({ ...recorded, store, settled });
    this.playback = new RecordingPlayback({ ...recorded, access: this.access });
    this.exports = new CallExports({ ...deps, access: this.access });
    this.numbers = new NumberReveal({ ...deps, access: this.access });
    this.#actors = new ActorRegistry(this.#actorDeps(), (count) => metrics.callsLive.set(count));
    const parts = { ...deps, store, queries, advance, actors: this.#actors, hold: this.hold };
    this.telephonyEvents = new CallTelephony({ ...parts, resumed: () => metrics.callsResumed.inc() });
    this.steering = new Steering({ ...parts, access: this.access, work });
    this.holds = new Holds({ ...parts, access: this.access });
    const reserveCents = talkCents(config.callTimeLimitSeconds, voice);
    this.#spending = new Spending({ ...deps, ...config, reserveCents });
    const depthChanged = (depth: number) => metrics.queueDepth.set(depth);
    this.#queue = new DialQueue({ ...parts, ...config, spending: this.#spending, depthChanged });
    const optOut = (callId: string) => this.#optOut.record(callId, "spoken");
    this.#wrapUp = new WrapUp({ ...parts, settled, optOut });
    this.#settlement = new Settlement(parts);
    this.#effects = new Effects({
      ...parts,
      ringTimeoutSeconds: config.ringTimeoutSeconds,
      timeLimitSeconds: config.callTimeLimitSeconds,
      nudgeQueue: () => this.#queue.nudge(),
      wrapUp,
      learn: (callId) => this.#reconciler.learn(callId),
    });
    this.#reconciler = new Reconciler({
      ...parts,
      ringTimeoutMs: config.ringTimeoutSeconds * 1000,
      settle: (callId) => this.#settlement.settle(callId),
      effects: this.#effects,
      telephonyEvents: this.telephonyEvents,
      wrapUp,
    });
  }

  readonly #advance: Advance = async (callId, input) => {
    const applied = await this.#store.apply(callId, typeof input === "function" ? input : () => input);
    if (applied.kind === "stepped") {
      const { call, step } = applied;
      this.#effects.work(this.#spending.follow(call, step.events));
      if (call.state.phase === "ended") {
        this.#deps.metrics.callsEnded.inc({ status: call.status });
        this.#deps.news.callEnded(call._id);
        this.#effects.work(this.#settlement.begin(call));
        this.#effects.work(this.#recordings.finish(call._id));
      }
      this.#effects.perform(call, step.effects);
    }
    return applied;
  };

  #actorDeps(): ActorDeps {
    const { metrics, config } = this.#deps;
    const parts = {
      ...this.#deps,
      ...config,
      store: this.#store,
      queries: this.queries,
      advance: this.#advance,
      wake: this.#wake,
    };
    const tracked = (work: Promise<unknown>) => this.#effects.tracked(work);
    return {
      tools: createToolServices(parts),
      ...this.#deps,
      store: this.#store,
      timeLimitMs: config.callTimeLimitSeconds * 1000,
      recordings: this.#recordings,
      sound: this.sound,
      endCall: (callId, end, say) =>
        tracked(this.#advance(callId, { kind: "hangUpAsked", end, ...(say !== undefined && { say }) })),
      optOut: (callId, how) => this.#optOut.record(callId, how),
      machineAnswered: (callId, kind) => tracked(this.telephonyEvents.machineHeard(callId, kind)),
      voiceBroken: (reason) => this.hold.hold("voice", reason),
      holderGone: (callId, accountId) => this.holds.lapsed(callId, accountId),
      letGo: (callId, actor, reason) => void this.#actors.release(callId, reason, actor),
      streamLost: async (callId, attemptId, epoch) => {
        await this.#advance(callId, { kind: "streamLost", attemptId, epoch });
      },
      measured: (what, ms) =>
        (what === "turnMs" ? metrics.turnLatencyMs : metrics.answerToFirstWordMs).observe(ms),
    };
  }

  /** Before the alarms start. */
  defineAlarms() {
    const { alarms } = this.#deps;
    alarms.define("call.due", async (callId) => {
      await this.#advance(callId, { kind: "due" });
    });
    alarms.define("call.reconcile", (callId) => this.#reconciler.reconcile(callId));
    alarms.define("call.wrapUp", async (callId) => this.#wrapUp.start(callId));
    alarms.define("call.settleCost", (callId) => this.#settlement.settle(callId));
  }

  start() {
    this.#queue.start();
    this.#reconciler.start();
    this.#recordings.start();
    this.steering.start();
  }

  /** Dials nothing more; live calls go on. */
  async drain(): Promise<void> {
    await this.#queue.stop();
  }

  /** After `drain`: takes no stream any more, lets every live call go (it resumes elsewhere or ends), waits until all is stored. */
  async stop(): Promise<void> {
    this.hold.stop();
    this.steering.stop();
    this.telephonyEvents.stop();
    await this.#reconciler.stop();
    await this.#actors.stop();
    await this.#wrapUp.stop();
    await this.#effects.idle();
    await this.#recordings.stop();
  }

  /** @throws Failure, see the contract of `business.requestAICall` */
  request(caller: Caller, request: CallRequest): Promise<CallRequestReply> {
    return this.requests.byBusiness(caller, request);
  }

  readonly #wake = (call: CallHead) => {
    this.#deps.news.callPlanned(call._id);
    if (call.dueAt === null) this.#queue.nudge();
    else this.#effects.work(this.#deps.alarms.set("call.due", call._id, call.dueAt));
  };

  /** Sound of somebody's microphone for the person who is called. False when the call is not live here. */
  speak(callId: string, sound: MicSound): boolean {
    return this.#actors.speak(callId, sound);
  }
}
