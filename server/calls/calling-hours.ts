import type { Caller } from "#server/accounts/caller.ts";
import { type PrepareDeps, requireBusiness, requireMatch, requirePhone } from "#server/calls/request-call.ts";
import { calleePlaces } from "#server/compliance/callee-places.ts";
import { legalCallingInstant } from "#server/compliance/state-hours.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { CallingHours } from "#shared/contract/call-request.ts";

/**
 * Whether the hour allows a call to the person of a lead now, and if not, from when on: by the places and rules of the gate itself [CL290].
 * @throws Failure PROFILE_MISSING, NOT_FOUND, NOT_MATCHED, PHONE_MISSING
 */
export async function callingHours(
  caller: Caller,
  leadId: string,
  {
    parties,
    clock,
    quietHours,
  }: Pick<PrepareDeps, "parties" | "quietHours"> & { clock: Pick<Clock, "nowMs"> },
): Promise<CallingHours> {
  const business = await requireBusiness(caller, parties);
  const lead = await parties.leadForCall(leadId);
  if (lead === null) throw new Failure("NOT_FOUND");
  await requireMatch(leadId, business.businessId, parties);
  const { e164 } = await requirePhone(lead.consumerId, parties);
  const nowMs = clock.nowMs();
  const legalMs = legalCallingInstant(await calleePlaces({ ...lead, e164 }), quietHours, nowMs);
  return {
    allowedNow: legalMs === nowMs,
    allowedFrom: legalMs === null ? null : new Date(legalMs).toISOString(),
  };
}
