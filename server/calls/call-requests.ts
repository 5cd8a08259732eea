import type { Caller } from "#server/accounts/caller.ts";
import type { CallbackSlots } from "#server/booking/callback-slots.ts";
import type { CallDocument, CallHead } from "#server/calls/call-document.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import { callingHours } from "#server/calls/calling-hours.ts";
import { previewPrompt } from "#server/calls/call-preview.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { averageSeconds, costRange } from "#server/calls/cost/estimate.ts";
import type { DialHold } from "#server/calls/dialing/dial-hold.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import { fromNumberOf } from "#server/calls/dialing/from-number.ts";
import type { PlacesInLine } from "#server/calls/dialing/places-in-line.ts";
import {
  type CallbackRequest,
  type CallRequest,
  HOUR_MS,
  prepareCall,
  prepareCallback,
  type PrepareDeps,
  REQUEST_LIMITS,
  requireBusiness,
  withinRequestLimit,
} from "#server/calls/request-call.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import type { CallPlace, CallRequestReply, RequestQuota } from "#shared/contract/call-request.ts";

type Deps = PrepareDeps & {
  store: Pick<CallStore, "insert">;
  queries: Pick<CallQueries, "countLive" | "recentTalks">;
  places: Pick<PlacesInLine, "placeOf">;
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">;
  telephony: Pick<Telephony, "fromNumbers">;
  access: Pick<CallAccess, "head">;
  limits: Limits;
  dialSwitch: Pick<DialSwitch, "paused">;
  hold: Pick<DialHold, "reason">;
  slots: Pick<CallbackSlots, "confirm" | "release" | "reserve">;
  consents: Pick<Consents, "record">;
  callsPerSecond: number;
  maxLiveCalls: number;
  /** Lets a stored call come due. Not part of the request: once the call is stored it will be made. */
  wake(call: CallHead): void;
};

/** Both ways in which a call is asked for. */
export class CallRequests {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws Failure, see the contract of `business.requestAICall` */
  async byBusiness(caller: Caller, request: CallRequest): Promise<CallRequestReply> {
    const { limits, store } = this.#deps;
    const call = await prepareCall(caller, request, this.#deps);
    const limit = { who: call.businessId, action: "requestAICall" } as const;
    await withinRequestLimit(limit, limits, () => store.insert(call));
    return this.#accepted(call);
  }

  /** `ip`: where the request, which is consent, came from. @throws Failure, see the contract of `lead.requestCallback` */
  async byConsumer(caller: Caller, request: CallbackRequest, ip?: string): Promise<CallRequestReply> {
    const { limits, store, consents } = this.#deps;
    const { slots } = this.#deps;
    const preferredTime = await this.#timeOf(caller, request);
    const call = await prepareCallback(caller, { ...request, preferredTime }, this.#deps);
    const { _id: callId, leadId, consumerId, businessId, briefing } = call;
    const limit = { who: caller.accountId, action: "requestCallback" } as const;
    const keep = async () => {
      // First the receipt: another server may claim the call as soon as it is stored, and asks for it. Without the call it allows nothing.
      const receipt = { leadId, consumerId, businessId, legalName: briefing.legalName, callId };
      await consents.record([{ ...receipt, aiCalls: true, asked: true, ...(ip !== undefined && { ip }) }]);
      await store.insert(call);
    };
    const isHeld = request.holdId !== undefined;
    await withinRequestLimit(limit, limits, () => (isHeld ? keep() : this.#inFreeTime(call, keep)));
    // The call itself keeps the slot from now on.
    if (request.holdId !== undefined) await slots.release(caller.accountId, request.holdId);
    return this.#accepted(call);
  }

  /** A callback for an instant takes what nobody else has, as one that is moved does [CL332]. @throws Failure SLOT_NOT_FREE */
  async #inFreeTime(
    { businessId, consumerId, state }: CallDocument,
    keep: () => Promise<void>,
  ): Promise<void> {
    if (state.phase !== "scheduled" || state.booked !== true) return keep();
    const letGo = await this.#deps.slots.reserve({ accountId: consumerId, businessId }, state.dueAt);
    try {
      await keep();
    } finally {
      await letGo();
    }
  }

  async #timeOf({ accountId }: Caller, request: CallbackRequest): Promise<string | undefined> {
    const { businessId, holdId, preferredTime } = request;
    if (holdId === undefined) return preferredTime;
    return new Date(await this.#deps.slots.confirm({ accountId, businessId }, holdId)).toISOString();
  }

  /** Record first, then the alarm: a call without an alarm is found by the sweep, an alarm without a call does nothing. */
  async #accepted(call: CallDocument): Promise<CallRequestReply> {
    this.#deps.wake(call);
    const position = call.queuedAt === null ? null : await this.#deps.places.placeOf(call);
    const reply = { success: true as const, call_id: call._id, queued_at: call.requestedAt.toISOString() };
    if (position === null) {
      return {
        ...reply,
        message: "The call is scheduled.",
        queue_position: null,
        estimated_wait_seconds: this.#secondsUntil(call.dueAt),
        scheduled_for: call.dueAt?.toISOString() ?? null,
      };
    }
    const place = position === 1 ? "The call is next in line." : `The call is number ${position} in line.`;
    const paused = await this.#isPaused();
    return {
      ...reply,
      message: paused ? `${ERRORS.DIALING_PAUSED.message} ${place}` : place,
      queue_position: position,
      estimated_wait_seconds: await this.#estimateSeconds(position),
      scheduled_for: null,
    };
  }

  /**
   * Where a call stands now. Position and wait count what waits before it; nothing is promised to a call that is on the phone or over (null, 0).
   * `at`: the server's clock when this was so. @throws Failure NOT_FOUND
   */
  async place(caller: Caller, callId: string): Promise<CallPlace> {
    const { access, clock, telephony } = this.#deps;
    const call = await access.head(caller, callId);
    const waits = call.status === "queued" && call.queuedAt !== null;
    const queuePosition = waits ? await this.#deps.places.placeOf(call) : null;
    return {
      queuePosition,
      estimatedWaitSeconds:
        queuePosition === null ? this.#secondsUntil(call.dueAt) : await this.#estimateSeconds(queuePosition),
      dialingPaused: await this.#isPaused(),
      at: new Date(clock.nowMs()).toISOString(),
      fromNumber: fromNumberOf(call.businessId, telephony.fromNumbers),
    };
  }

  /** How many calls a business may still ask for, and what one costs. @throws Failure PROFILE_MISSING */
  async quota(caller: Caller): Promise<RequestQuota> {
    const { parties, limits, queries, voice } = this.#deps;
    const { businessId } = await requireBusiness(caller, parties);
    const key = { who: businessId, action: "requestAICall" } as const;
    const limit = REQUEST_LIMITS[key.action];
    const { count, oldestAtMs } = await limits.taken({ ...key, windowMs: HOUR_MS });
    const left = Math.max(0, limit - count);
    const nextFreeAt = left > 0 || oldestAtMs === null ? null : new Date(oldestAtMs + HOUR_MS).toISOString();
    return { limit, left, nextFreeAt, estimatedCostCents: costRange(await queries.recentTalks(), voice) };
  }

  /** @throws Failure PROFILE_MISSING, NOT_FOUND, NOT_MATCHED */
  preview(caller: Caller, request: { leadId: string; objective: string }) {
    return previewPrompt(caller, request, this.#deps.parties);
  }

  /** @throws Failure PROFILE_MISSING, NOT_FOUND, NOT_MATCHED, PHONE_MISSING */
  callingHours(caller: Caller, leadId: string) {
    return callingHours(caller, leadId, this.#deps);
  }

  /** By a supervisor, or because a peer refuses us. */
  async #isPaused(): Promise<boolean> {
    const { hold, dialSwitch } = this.#deps;
    return hold.reason !== null || (await dialSwitch.paused()) !== null;
  }

  #secondsUntil(dueAt: Date | null): number {
    if (dueAt === null) return 0;
    return Math.max(0, Math.round((dueAt.getTime() - this.#deps.clock.nowMs()) / 1000));
  }

  /** The pace lets this many start, or a line has to become free as often as calls end: whichever takes longer. */
  async #estimateSeconds(position: number): Promise<number> {
    const { callsPerSecond, maxLiveCalls, queries } = this.#deps;
    const [live, talks] = await Promise.all([queries.countLive(), queries.recentTalks()]);
    const waitingForLines = Math.max(0, position - Math.max(0, maxLiveCalls - live));
    const linesSeconds = (waitingForLines * averageSeconds(talks)) / maxLiveCalls;
    return Math.ceil(Math.max((position - 1) / callsPerSecond, linesSeconds));
  }
}
