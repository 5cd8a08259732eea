import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import type { CallInput, Holder } from "#server/calls/state/call-state.ts";
import { Failure } from "#server/lib/failure.ts";

type Deps = {
  access: Pick<CallAccess, "head" | "view">;
  advance: Advance;
  actors: Pick<ActorRegistry, "steered">;
  audit: Pick<Audit, "record">;
};

export type HoldReply = { callId: string; holder: "agent" | "person" };

/** Staff take a talk over from the agent and give it back [CL354]. The call document decides who holds it; its owner reads that from the journal. */
export class Holds {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Again by the same person it changes nothing. @throws Failure NOT_FOUND, NOT_POSSIBLE (no talk, or the opening was not heard), HELD */
  async takeOver(caller: Caller, callId: string): Promise<HoldReply> {
    const { access } = this.#deps;
    const { optedOut } = await access.head(caller, callId);
    // Who is called learns from the opening that an AI calls, for whom, and how to stop that.
    const { openingHeard } = await access.view(caller, callId);
    if (optedOut || !openingHeard) throw new Failure("NOT_POSSIBLE");
    const call = await this.#change(caller, callId, "took_over", {
      kind: "holdTaken",
      holder: personOf(caller),
    });
    const holder = holderOf(call);
    if (holder === null) throw new Failure("NOT_POSSIBLE");
    if (holder.accountId !== caller.accountId) throw new Failure("HELD", { holderName: holder.name });
    return { callId, holder: "person" };
  }

  /** By the person who holds it. @throws Failure NOT_FOUND, NOT_POSSIBLE (the agent has it), HELD (somebody else does) */
  async giveBack(caller: Caller, callId: string, instruction?: string): Promise<HoldReply> {
    const before = holderOf(await this.#deps.access.head(caller, callId));
    if (before === null) throw new Failure("NOT_POSSIBLE");
    const call = await this.#change(caller, callId, "gave_back", {
      kind: "holdEnded",
      by: personOf(caller),
      accountId: caller.accountId,
      ...(instruction !== undefined && { instruction }),
    });
    const holder = holderOf(call);
    if (holder !== null) throw new Failure("HELD", { holderName: holder.name });
    return { callId, holder: "agent" };
  }

  /** The holder is gone, or gives way: the agent has the call again. */
  async lapsed(callId: string, accountId: string): Promise<void> {
    await this.#deps.advance(callId, { kind: "holdEnded", by: { kind: "system" }, accountId });
    this.#deps.actors.steered(callId);
  }

  async #change(
    caller: Caller,
    callId: string,
    act: "took_over" | "gave_back",
    input: CallInput,
  ): Promise<CallHead> {
    const { advance, actors, audit } = this.#deps;
    const applied = await advance(callId, input);
    if (applied.kind === "absent") throw new Failure("NOT_FOUND");
    if (applied.kind === "stepped") {
      actors.steered(callId);
      await audit.record(caller, act, applied.call);
    }
    return applied.call;
  }
}

const holderOf = ({ state }: CallHead): Holder | null => ("holder" in state ? (state.holder ?? null) : null);

const personOf = ({ accountId, name, role }: Caller) => ({ kind: "person" as const, accountId, name, role });
