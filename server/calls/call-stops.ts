import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { Applied } from "#server/calls/call-store.ts";
import { personOf } from "#server/calls/new-call.ts";
import type { OptOut } from "#server/calls/opt-out.ts";
import { cancelUncovered } from "#server/calls/uncovered.ts";
import type { Consents } from "#server/compliance/consents.ts";
import { Failure } from "#server/lib/failure.ts";
import { canHangUp, type CallStatus } from "#shared/call/status.ts";

type Deps = {
  access: Pick<CallAccess, "head">;
  advance: Advance;
  optOut: Pick<OptOut, "stopAll">;
  queries: CallQueries;
  consents: Pick<Consents, "consentFor">;
  audit: Pick<Audit, "record">;
  /** Nobody waits for it. */
  work(promise: Promise<unknown>): void;
};

/** What people do to end calls, one or all of somebody's, in whatever state they are. */
export class CallStops {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Works in every state and answers the truth [CL11]. @throws Failure NOT_FOUND */
  async cancel(
    caller: Caller,
    callId: string,
  ): Promise<{ callId: string; status: CallStatus; cancelled: boolean }> {
    await this.#deps.access.head(caller, callId);
    const applied = await this.#deps.advance(callId, { kind: "cancelAsked", by: personOf(caller) });
    if (applied.kind === "absent") throw new Failure("NOT_FOUND");
    this.#audited(caller, "cancelled", applied);
    const { state, status } = applied.call;
    const cancelled =
      status === "cancelled" ||
      status === "cancelling" ||
      (state.phase === "wrappingUp" && state.end.status === "cancelled");
    return { callId, status, cancelled };
  }

  /** Puts the phone down as if the talk were over; while it still rings that is a cancel. @throws Failure NOT_FOUND, NOT_POSSIBLE */
  async hangUp(caller: Caller, callId: string): Promise<{ callId: string; status: CallStatus }> {
    const { status } = await this.#deps.access.head(caller, callId);
    if (!canHangUp(status)) throw new Failure("NOT_POSSIBLE");
    if (status !== "in_progress") return this.cancel(caller, callId);
    const end = { status: "completed", reason: `hung_up_by_${caller.role}` } as const;
    const applied = await this.#deps.advance(callId, { kind: "hangUpAsked", end });
    this.#audited(caller, "hung_up", applied);
    return { callId, status: applied.kind === "absent" ? status : applied.call.status };
  }

  /** Only what had an effect; nobody waits for it [AU3]. */
  #audited(by: Caller, act: "cancelled" | "hung_up", applied: Applied) {
    if (applied.kind !== "stepped") return;
    this.#deps.work(this.#deps.audit.record(by, act, applied.call));
  }

  /** Consent was taken back: cancels what waits and is not covered any more. Returns how many calls. */
  uncovered(caller: Caller, about: { leadId: string; businessIds: string[] }): Promise<number> {
    return cancelUncovered(caller, about, this.#deps);
  }

  /** The person behind an account wants no more calls from anybody. Returns how many calls were stopped. */
  stopAll(caller: Caller, phoneKey: string): Promise<number> {
    return this.#deps.optOut.stopAll(phoneKey, personOf(caller));
  }

  /** Nobody may ever call this number again, says a supervisor [IN6]; it is kept who said so. Returns how many calls were stopped. */
  async suppress(caller: Caller, phoneKey: string): Promise<number> {
    const stopped = await this.#deps.optOut.stopAll(phoneKey, personOf(caller), "supervisor");
    await this.#deps.audit.record(caller, "suppressed_number", null);
    return stopped;
  }
}
