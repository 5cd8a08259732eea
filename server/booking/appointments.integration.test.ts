import { type Booking, createAppointments } from "#server/booking/appointments.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const HOUR_MS = 3_600_000;
let businesses = 0;

function diary() {
  const clock = new ManualClock();
  const businessId = `biz_${++businesses}`;
  const business = { timeZone: "America/New_York", hours: { opens: "09:00", closes: "17:00" } };
  const appointments = createAppointments({
    db: database().connection,
    clock,
    businessById: async (id) => (id === businessId ? business : null),
  });
  const booking = (callId: string, startAt: number): Booking => ({
    businessId,
    leadId: "lead_1",
    consumerId: "acc_1",
    callId: `${businessId} ${callId}`,
    timeZone: "America/New_York",
    startAt,
  });
  const firstFree = async () => {
    const [slot] = await appointments.free(businessId, 0);
    if (slot === undefined) throw new Error("Nothing is free.");
    return slot.startAt;
  };
  return { appointments, booking, firstFree, businessId, clock };
}

test("[BK5] twenty calls want the same hour at the same moment: one gets it, and it is free no more", async () => {
  const { appointments, booking, firstFree, businessId } = diary();
  const startAt = await firstFree();
  const calls = Array.from({ length: 20 }, (_, index) => booking(`call_${index}`, startAt));
  const outcomes = await Promise.all(calls.map((one) => appointments.book(one)));
  expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1);
  expect((await appointments.free(businessId, 0)).map((slot) => slot.startAt)).not.toContain(startAt);
});

test("[BK5] [BK6] the same call may ask again, and moves its appointment when it asks for another hour", async () => {
  const { appointments, booking, firstFree } = diary();
  const startAt = await firstFree();
  const twice = await Promise.all([1, 2].map(() => appointments.book(booking("call_a", startAt))));
  expect(twice[0]).not.toBeNull();
  expect(twice[1]).toEqual(twice[0]);
  const moved = await appointments.book(booking("call_a", startAt + HOUR_MS));
  expect(moved).toMatchObject({ appointmentId: twice[0]?.appointmentId });
  expect(await firstFree()).toBe(startAt);
  expect(await appointments.book(booking("call_b", startAt + HOUR_MS))).toBeNull();
  expect(await appointments.ofCall(booking("call_a", 0).callId)).toEqual(moved);
});

test("[BK3] hours that overlap an appointment, also one of other opening hours, are not free", async () => {
  const { appointments, booking, firstFree, clock } = diary();
  const startAt = await firstFree();
  await appointments.book(booking("call_a", startAt + HOUR_MS / 2));
  expect(await firstFree()).toBe(startAt + 2 * HOUR_MS);
  expect(await appointments.book(booking("call_b", startAt))).toBeNull();
  expect(await appointments.book(booking("call_c", clock.nowMs() - HOUR_MS))).toBeNull();
  expect(await appointments.free("biz_unknown", 0)).toEqual([]);
});
