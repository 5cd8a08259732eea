import type { Caller } from "#server/accounts/caller.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { personOf } from "#server/calls/new-call.ts";
import type { Limits } from "#server/database/limits.ts";
import { Failure } from "#server/lib/failure.ts";
import { isFinal } from "#shared/call/status.ts";

/** The journal keeps each correction; nobody needs more in a day. */
const CORRECTIONS = { max: 20, windowMs: 24 * 3_600_000 };

type Deps = {
  access: Pick<CallAccess, "head">;
  store: Pick<CallStore, "recordLate" | "eraseSummary">;
  limits: Pick<Limits, "take">;
};

/** What a consumer makes of the summary of their own call, once it is over. */
export class OwnSummary {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The same words again change nothing [CL221]. @throws Failure NOT_FOUND, NOT_POSSIBLE (not over, or no summary), RATE_LIMITED */
  async correct(caller: Caller, callId: string, text: string): Promise<{ callId: string; summary: string }> {
    const { store, limits } = this.#deps;
    await this.#overCall(caller, callId);
    const place = await limits.take({ who: callId, action: "correctSummary", ...CORRECTIONS });
    if (!place.ok) throw new Failure("RATE_LIMITED", { retryAfterSeconds: place.retryAfterSeconds });
    let hasSummary = false;
    await store.recordLate(callId, (_call, { summary }) => {
      hasSummary = summary !== null;
      if (summary === null || summary === text) return null;
      return { change: {}, events: [{ type: "summary.corrected", by: personOf(caller), text }] };
    });
    if (!hasSummary) throw new Failure("NOT_POSSIBLE");
    return { callId, summary: text };
  }

  /** Also takes the words out of what is stored; again it finishes what a crash left [CL222]. @throws Failure NOT_FOUND, NOT_POSSIBLE (not over) */
  async delete(caller: Caller, callId: string): Promise<{ callId: string; deleted: true }> {
    const { store } = this.#deps;
    await this.#overCall(caller, callId);
    await store.recordLate(callId, (_call, { summary }) =>
      summary === null ? null : { change: {}, events: [{ type: "summary.deleted", by: personOf(caller) }] },
    );
    await store.eraseSummary(callId);
    return { callId, deleted: true };
  }

  async #overCall(caller: Caller, callId: string): Promise<void> {
    const { status } = await this.#deps.access.head(caller, callId);
    if (!isFinal(status)) throw new Failure("NOT_POSSIBLE");
  }
}
