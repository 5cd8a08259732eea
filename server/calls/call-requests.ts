import type { Caller } from "#server/accounts/caller.ts";
import type { CallDocument, CallHead } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import {
  type CallbackRequest,
  type CallRequest,
  prepareCall,
  prepareCallback,
  type PrepareDeps,
  withinRequestLimit,
} from "#server/calls/request-call.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import type { CallRequestReply } from "#shared/contract/call-request.ts";

/** What one call takes on average, for the estimate of the wait. */
const TYPICAL_CALL_SECONDS = 90;

type Deps = PrepareDeps & {
  store: Pick<CallStore, "insert">;
  queries: Pick<CallQueries, "queuePosition" | "countLive">;
  limits: Limits;
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
    const call = await prepareCallback(caller, request, this.#deps);
    const { _id: callId, leadId, consumerId, businessId, briefing } = call;
    const limit = { who: caller.accountId, action: "requestCallback" } as const;
    await withinRequestLimit(limit, limits, async () => {
      // First the receipt: another server may claim the call as soon as it is stored, and asks for it. Without the call it allows nothing.
      const receipt = { leadId, consumerId, businessId, legalName: briefing.legalName, callId };
      await consents.record([{ ...receipt, aiCalls: true, asked: true, ...(ip !== undefined && { ip }) }]);
      await store.insert(call);
    });
    return this.#accepted(call);
  }

  /** Record first, then the alarm: a call without an alarm is found by the sweep, an alarm without a call does nothing. */
  async #accepted(call: CallDocument): Promise<CallRequestReply> {
    this.#deps.wake(call);
    const position = call.queuedAt === null ? null : await this.#deps.queries.queuePosition(call.queuedAt);
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
    return {
      ...reply,
      message: position === 1 ? "The call is next in line." : `The call is number ${position} in line.`,
      queue_position: position,
      estimated_wait_seconds: await this.#estimateSeconds(position),
      scheduled_for: null,
    };
  }

  #secondsUntil(dueAt: Date | null): number {
    return Math.max(0, Math.round(((dueAt?.getTime() ?? 0) - this.#deps.clock.nowMs()) / 1000));
  }

  async #estimateSeconds(position: number): Promise<number> {
    const { callsPerSecond, maxLiveCalls, queries } = this.#deps;
    const free = Math.max(0, maxLiveCalls - (await queries.countLive()));
    const behindLines = Math.max(0, position - free);
    return Math.ceil((position - 1) / callsPerSecond + (behindLines * TYPICAL_CALL_SECONDS) / maxLiveCalls);
  }
}
