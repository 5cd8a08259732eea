import type { Caller } from "#server/accounts/caller.ts";
import type { Advance } from "#server/calls/advance.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import { personOf } from "#server/calls/new-call.ts";
import type { Consents } from "#server/compliance/consents.ts";

type Deps = {
  queries: Pick<CallQueries, "waitingOfLead">;
  consents: Pick<Consents, "consentFor">;
  advance: Advance;
};

/**
 * After consent was taken back: cancels the caller's waiting calls that nothing consented to covers any more, which the gate would refuse when
 * they come due. A call that was consented to afterwards stays. Returns how many were cancelled [CL220].
 */
export async function cancelUncovered(
  caller: Caller,
  { leadId, businessIds }: { leadId: string; businessIds: string[] },
  { queries, consents, advance }: Deps,
): Promise<number> {
  const waiting = await queries.waitingOfLead({ consumerId: caller.accountId, leadId }, businessIds);
  let cancelled = 0;
  for (const { _id, businessId } of waiting) {
    const { aiCalls } = await consents.consentFor(leadId, businessId, _id);
    if (aiCalls) continue;
    const applied = await advance(_id, ({ state: { phase } }) =>
      phase === "scheduled" || phase === "queued" ? { kind: "cancelAsked", by: personOf(caller) } : null,
    );
    if (applied.kind === "stepped") cancelled += 1;
  }
  return cancelled;
}
