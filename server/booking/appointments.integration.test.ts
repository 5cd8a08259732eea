import { type Booking, createAppointments } from "#server/booking/appointments.ts";
import { SlotHolds } from "#server/booking/slot-holds.ts";
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
  const maria = { businessId, consumerId: "acc_1" };
  const firstFree = async () => {
    const [slot] = await appointments.free(maria, 0);
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
  expect(
    (await appointments.free({ businessId, consumerId: "acc_1" }, 0)).map((slot) => slot.startAt),
  ).not.toContain(startAt);
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
  expect(await appointments.free({ businessId: "biz_unknown", consumerId: "acc_1" }, 0)).toEqual([]);
});

test("[BK14] an hour that somebody else holds for a callback is neither offered nor booked in a call, until the hold runs out", async () => {
  const { appointments, booking, firstFree, businessId, clock } = diary();
  const holds = new SlotHolds({ db: database().connection, clock });
  const startAt = await firstFree();
  const slot = { startAt, endAt: startAt + HOUR_MS };
  const other = await holds.take({ accountId: "acc_other", businessId }, slot);
  expect(other).not.toBeNull();
  expect(await firstFree()).toBe(startAt + HOUR_MS);
  expect(await appointments.book(booking("call_a", startAt))).toBeNull();
  // Half an hour later, so that no index stands in the way.
  expect(await appointments.book(booking("call_a", startAt + HOUR_MS / 2))).toBeNull();
  const theirs = await appointments.free({ businessId, consumerId: "acc_other" }, 0);
  expect(theirs[0]?.startAt).toBe(startAt);
  clock.advance(120_000);
  expect(await appointments.book(booking("call_a", startAt))).not.toBeNull();
});

test("[BK14] [BK5] a callback is held and an appointment booked for the same hour at the same moment, again and again: never both", async () => {
  const { appointments, booking, firstFree, businessId, clock } = diary();
  const holds = new SlotHolds({ db: database().connection, clock });
  const first = await firstFree();
  for (let hour = 0; hour < 6; hour++) {
    const startAt = first + hour * HOUR_MS;
    const slot = { startAt, endAt: startAt + HOUR_MS };
    const hold = async () => {
      const who = { accountId: `acc_other${hour}`, businessId };
      const taken = await holds.take(who, slot);
      // As `CallbackSlots.hold` does: what was booked meanwhile is stored by now.
      return taken !== null && (await appointments.promised(businessId, slot)).length === 0;
    };
    const [held, booked] = await Promise.all([hold(), appointments.book(booking(`call_${hour}`, startAt))]);
    expect(held && booked !== null).toBe(false);
  }
});
