import type { Appointments } from "#server/booking/appointments.ts";
import { handful } from "#server/booking/slots.ts";
import type { Advance } from "#server/calls/advance.ts";
import { type CallDocument, type CallHead, placesOf } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { PlannedCall, ToolServices } from "#server/calls/live/tool-services.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import { newCall } from "#server/calls/new-call.ts";
import type { Consents } from "#server/compliance/consents.ts";
import { mayDial } from "#server/compliance/may-dial.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import { isDuplicateKey } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Seals } from "#server/lib/sealed.ts";

export type ToolServicesDeps = {
  appointments: Appointments;
  store: Pick<CallStore, "insert">;
  queries: Pick<CallQueries, "followUpOf">;
  consents: Pick<Consents, "record">;
  suppressions: Pick<Suppressions, "isSuppressed">;
  quietHours: QuietHours;
  seals: Seals;
  clock: Clock;
  advance: Advance;
  /** Lets a stored call come due. */
  wake(call: CallHead): void;
};

/** What the agent's tools do outside the talk, for the call they are used in. */
export function createToolServices(deps: ToolServicesDeps): ToolServices {
  const { appointments, queries } = deps;
  const plannedAfter = async (call: CallHead) => plannedOf(await queries.followUpOf(call._id));
  return {
    async freeSlots(call, fromMs) {
      return handful(await appointments.free(call, fromMs), call.briefing.timeZone);
    },
    book: ({ _id: callId, businessId, leadId, consumerId, briefing: { timeZone } }, startAt) =>
      appointments.book({ callId, businessId, leadId, consumerId, timeZone, startAt }),
    bookedIn: ({ _id: callId }) => appointments.ofCall(callId),
    async followUp(call, atMs) {
      const verdict = mayDial({
        nowMs: atMs,
        places: placesOf(call.briefing),
        quietHours: deps.quietHours,
        suppressed: await deps.suppressions.isSuppressed(call.personKey),
        // They have just asked for it themselves.
        aiConsent: true,
        attemptsLast24h: 0,
        maxAttemptsPer24h: 1,
      });
      if (verdict.kind === "deny") return { kind: "forbidden" };
      if (verdict.kind === "allowedFrom") return { kind: "outside", from: verdict.at.getTime() };
      const known = await plannedAfter(call);
      if (known !== null) return { kind: "planned", planned: known };
      const planned = (await plan(call, atMs, deps)) ?? (await plannedAfter(call));
      return planned === null ? { kind: "forbidden" } : { kind: "planned", planned };
    },
    plannedAfter,
  };
}

/**
 * Null: another wish of the same call was faster, or they opted out. Record first, then the receipt of what the person said, then the alarm; a call
 * without an alarm is found by the sweep.
 */
async function plan(call: CallHead, atMs: number, deps: ToolServicesDeps): Promise<PlannedCall | null> {
  const { store, consents, seals, clock, wake } = deps;
  const { businessId, leadId, consumerId, briefing } = call;
  const e164 = seals.open(call.phone, phonePlace(call._id));
  const next = newCall(
    {
      ids: { businessId, leadId, consumerId },
      briefing,
      phone: { e164, phoneKey: call.personKey, masked: call.summary.consumerPhone },
      dueAt: { at: atMs, why: "booked" },
      by: { kind: "person", accountId: consumerId, name: briefing.consumerName, role: "consumer" },
      nowMs: clock.nowMs(),
      followUpOf: call._id,
    },
    seals,
  );
  try {
    await store.insert(next);
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
  // An opt-out that came meanwhile either sees the stored call and cancels it, or is seen here [CL201].
  if (await deps.suppressions.isSuppressed(call.personKey)) {
    await deps.advance(next._id, { kind: "cancelAsked", by: { kind: "system" } });
    return null;
  }
  await consents.record([
    {
      leadId,
      consumerId,
      businessId,
      legalName: briefing.legalName,
      aiCalls: true,
      callId: next._id,
      spokenIn: call._id,
    },
  ]);
  wake(next);
  return { followUpCallId: next._id, scheduledFor: new Date(atMs).toISOString() };
}

const plannedOf = (call: Pick<CallDocument, "_id" | "dueAt"> | null): PlannedCall | null =>
  call?.dueAt ? { followUpCallId: call._id, scheduledFor: call.dueAt.toISOString() } : null;
