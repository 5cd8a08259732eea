import type { Advance } from "#server/calls/advance.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import { newId } from "#server/lib/ids.ts";
import type { Actor } from "#shared/call/events.ts";

type Deps = {
  store: Pick<CallStore, "head" | "record">;
  advance: Advance;
  queries: Pick<CallQueries, "openOfPerson">;
  suppressions: Suppressions;
};

/**
 * "Stop calling me": in the journal of the call it was said in, so that whoever takes the call over or sums it up finds it [CL200]; then the number
 * is suppressed, then everything that waits for this person is cancelled [CL45].
 */
export class OptOut {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Said or keyed inside a call, which itself goes on to its goodbye. Again for the same call it changes nothing. @throws what the database throws */
  async record(callId: string, how: "spoken" | "key"): Promise<void> {
    const { store, suppressions } = this.#deps;
    const call = await store.head(callId);
    if (call === null) return;
    if (!call.optedOut)
      await store.record(callId, null, newId("rec"), [{ type: "optOut.recorded", how }], call);
    await suppressions.suppress(call.personKey, how, callId);
    await this.#cancelOthers(call.personKey, callId, { kind: "system" });
  }

  /** From the person's own account, or by a supervisor whom they asked: everything stops, also what runs. Returns how many calls that were. */
  async stopAll(personKey: string, by: Actor, how: "account" | "supervisor" = "account"): Promise<number> {
    await this.#deps.suppressions.suppress(personKey, how);
    return this.#cancelOthers(personKey, null, by);
  }

  async #cancelOthers(personKey: string, exceptCallId: string | null, by: Actor): Promise<number> {
    const open = await this.#deps.queries.openOfPerson(personKey, exceptCallId);
    let cancelled = 0;
    for (const { _id } of open) {
      const applied = await this.#deps.advance(_id, { kind: "cancelAsked", by });
      if (applied.kind === "stepped") cancelled += 1;
    }
    return cancelled;
  }
}
