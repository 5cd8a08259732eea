import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import { Failure } from "#server/lib/failure.ts";
import { SealError, type Seals } from "#server/lib/sealed.ts";

type Deps = {
  access: Pick<CallAccess, "head">;
  audit: Pick<Audit, "record">;
  seals: Pick<Seals, "open">;
};

/** Opens the number of a call for one person, after it is written down that they asked [CL390]. */
export class NumberReveal {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws Failure NOT_FOUND, NOT_POSSIBLE when the number was erased or can't be opened any more */
  async reveal(caller: Caller, callId: string): Promise<{ callId: string; phoneNumber: string }> {
    const { access, audit, seals } = this.#deps;
    const call = await access.head(caller, callId);
    try {
      const phoneNumber = seals.open(call.phone, phonePlace(callId));
      await audit.record(caller, "revealed_number", call);
      return { callId, phoneNumber };
    } catch (error) {
      if (error instanceof SealError) throw new Failure("NOT_POSSIBLE");
      throw error;
    }
  }
}
