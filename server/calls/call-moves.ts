import type { Caller } from "#server/accounts/caller.ts";
import type { CallbackSlots } from "#server/booking/callback-slots.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import { type CallHead, placesOf } from "#server/calls/call-document.ts";
import type { DueAt } from "#server/calls/new-call.ts";
import { instantFor, type InstantDeps } from "#server/calls/request-call.ts";
import type { Consents } from "#server/compliance/consents.ts";
import { Failure } from "#server/lib/failure.ts";
import { type CallStatus, isOnThePhone } from "#shared/call/status.ts";

export type CallMovesDeps = InstantDeps & {
  access: Pick<CallAccess, "head">;
  advance: Advance;
  consents: Pick<Consents, "consentFor">;
  slots: Pick<CallbackSlots, "reserve">;
};

/** What became of the wish; `scheduledFor` is null when the call is not scheduled (any more). */
export type Moved = { callId: string; status: CallStatus; scheduledFor: string | null };

const isWaiting = ({ state }: CallHead) => state.phase === "scheduled" || state.phase === "queued";

/**
 * Another instant for a call that waits. Each is one conditional update of the call: it has the old instant until it has the new one, whoever
 * else moves, claims or cancels it meanwhile, and the gate is asked again when it is dialled [CL232–CL234].
 */
export class CallMoves {
  readonly #deps: CallMovesDeps;

  constructor(deps: CallMovesDeps) {
    this.#deps = deps;
  }

  /** @throws Failure NOT_FOUND, NOT_POSSIBLE unless the call waits, BAD_TIME, OUTSIDE_CALLING_HOURS, CONSENT_MISSING, SUPPRESSED, SLOT_NOT_FREE */
  async reschedule(caller: Caller, callId: string, scheduledTime: string): Promise<Moved> {
    const call = await this.#deps.access.head(caller, callId);
    if (!isWaiting(call)) throw new Failure("NOT_POSSIBLE");
    const dueAt = await this.#instant(call, scheduledTime);
    if (dueAt === null || caller.role !== "consumer") return this.#move(call, dueAt?.at ?? null);
    // A business disposes of its own time; a consumer takes what nobody else has, and holds it until the call has it [CL235].
    const who = { accountId: caller.accountId, businessId: call.businessId };
    const letGo = await this.#deps.slots.reserve(who, dueAt.at);
    try {
      return await this.#move(call, dueAt.at);
    } finally {
      await letGo();
    }
  }

  /**
   * Takes the call out of its waiting and into the line; in line, or with an attempt under way, it changes nothing.
   * @throws Failure NOT_FOUND, NOT_POSSIBLE for a call that is over, OUTSIDE_CALLING_HOURS, CONSENT_MISSING, SUPPRESSED
   */
  async callNow(caller: Caller, callId: string): Promise<Moved> {
    const call = await this.#deps.access.head(caller, callId);
    if (isOnThePhone(call.status)) return movedOf(call);
    if (!isWaiting(call)) throw new Failure("NOT_POSSIBLE");
    const dueAt = await this.#instant(call, undefined);
    if (dueAt !== null) {
      throw new Failure("OUTSIDE_CALLING_HOURS", { allowedFrom: new Date(dueAt.at).toISOString() });
    }
    return this.#move(call, null);
  }

  #instant(call: CallHead, time: string | undefined): Promise<DueAt> {
    const { leadId, businessId, _id: callId, personKey: phoneKey, briefing } = call;
    const consent = async () => (await this.#deps.consents.consentFor(leadId, businessId, callId)).aiCalls;
    return instantFor({ time, places: placesOf(briefing), phoneKey, consent }, this.#deps);
  }

  async #move({ _id: callId }: CallHead, dueAt: number | null): Promise<Moved> {
    const applied = await this.#deps.advance(callId, { kind: "moved", dueAt });
    if (applied.kind === "absent") throw new Failure("NOT_FOUND");
    // Claimed or ended meanwhile: calling now is under way then, another instant is too late.
    const tooLate = !isWaiting(applied.call) && !(dueAt === null && isOnThePhone(applied.call.status));
    if (tooLate) throw new Failure("NOT_POSSIBLE");
    return movedOf(applied.call);
  }
}

const movedOf = ({ _id: callId, status, dueAt }: CallHead): Moved => ({
  callId,
  status,
  scheduledFor: dueAt?.toISOString() ?? null,
});
