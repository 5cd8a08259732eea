import type { CallHead } from "#server/calls/call-document.ts";
import type { FollowUp, PlannedCall, ToolServices } from "#server/calls/live/tool-services.ts";
import type { Appointment } from "#shared/call/events.ts";

const HOUR_MS = 3_600_000;

/** A business whose diary the test holds. */
export function scriptedServices() {
  const diary = {
    /** Instants that are free. */
    free: [] as number[],
    booked: [] as { callId: string; startAt: number }[],
    planned: [] as PlannedCall[],
    /** What a wish to be called later comes to; null: it is planned. */
    followUp: null as FollowUp | Promise<FollowUp> | null,
  };
  const appointment = (startAt: number): Appointment => ({
    appointmentId: "apt_1",
    startsAt: new Date(startAt).toISOString(),
    endsAt: new Date(startAt + HOUR_MS).toISOString(),
    timeZone: "America/New_York",
  });
  const ofCall = ({ _id }: CallHead) => diary.booked.find(({ callId }) => callId === _id);
  const services: ToolServices = {
    freeSlots: async (_call, fromMs) =>
      diary.free
        .filter((startAt) => startAt >= fromMs)
        .map((startAt) => ({ startAt, endAt: startAt + HOUR_MS })),
    async book(call, startAt) {
      if (!diary.free.includes(startAt)) return null;
      diary.booked = [
        ...diary.booked.filter(({ callId }) => callId !== call._id),
        { callId: call._id, startAt },
      ];
      return appointment(startAt);
    },
    async bookedIn(call) {
      const found = ofCall(call);
      return found === undefined ? null : appointment(found.startAt);
    },
    async followUp(_call, atMs) {
      if (diary.followUp !== null) return diary.followUp;
      const planned = diary.planned[0] ?? {
        followUpCallId: "call_later01",
        scheduledFor: new Date(atMs).toISOString(),
      };
      diary.planned = [planned];
      return { kind: "planned", planned };
    },
    plannedAfter: async () => diary.planned[0] ?? null,
  };
  return { services, diary };
}
