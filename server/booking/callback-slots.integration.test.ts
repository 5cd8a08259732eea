import type { Caller } from "#server/accounts/caller.ts";
import { createAppointments } from "#server/booking/appointments.ts";
import { CallbackSlots, type CallbackSlotsParts } from "#server/booking/callback-slots.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
/** It is Tuesday, 10:00 in New York. */
const ELEVEN = "2026-11-24T11:00:00-05:00";
const NOON = "2026-11-24T12:00:00-05:00";
const opening = { timeZone: "America/New_York", hours: { opens: "09:00", closes: "17:00" } };
const consumer = (accountId: string): Caller => ({
  accountId,
  name: "Maria",
  email: "m@people.test",
  role: "consumer",
  businessId: null,
});
let businesses = 0;

/** Several on one database are several servers. */
function diary(changes: Partial<CallbackSlotsParts> = {}) {
  const { connection: db } = database();
  const clock = new ManualClock();
  const businessId = `biz_slots${++businesses}`;
  const businessById = async (id: string) => (id === businessId ? opening : null);
  const parts: CallbackSlotsParts = {
    db,
    clock,
    quietHours: { startHour: 20, endHour: 9 },
    businessById,
    appointments: createAppointments({ db, clock, businessById }),
    bookedCalls: async () => [],
    placesOf: async () => [{ timeZone: "America/New_York", state: "NY" }],
    ...changes,
  };
  const today = { businessId, from: "2026-11-24T10:00:00-05:00", days: 1, timeZone: "America/New_York" };
  const offered = async (who: string, slots: CallbackSlots) =>
    (await slots.slots(consumer(who), today)).slots.map(({ startsAt }) => startsAt);
  return {
    slots: new CallbackSlots(parts),
    other: new CallbackSlots(parts),
    clock,
    businessId,
    today,
    offered,
  };
}

test("[BK10] [BK11] the reply speaks on the consumer's clock, explains the rest, and names the next free slot", async () => {
  const { slots, businessId } = diary();
  const query = { businessId, from: "2026-11-24T23:00:00Z", days: 1, timeZone: "America/Chicago" };
  const reply = await slots.slots(consumer("acc_1"), query);
  expect(reply.nextFreeAt).toBe("2026-11-25T08:00:00-06:00");
  expect(reply.slots).toContainEqual({
    startsAt: "2026-11-25T08:00:00-06:00",
    endsAt: "2026-11-25T09:00:00-06:00",
  });
  expect(reply.closed[0]).toEqual({ startsAt: "2026-11-24T17:00:00-06:00", reason: "business_closed" });
  expect(reply.slots.length + reply.closed.length).toBe(24);
});

test("[BK12] twenty people want the same slot on two servers: one holds it, the others hear when else", async () => {
  const { slots, other, businessId, offered } = diary();
  const asked = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? slots : other).hold(consumer(`acc_race${index}`), businessId, ELEVEN),
  );
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  const lost = outcomes.find((outcome) => outcome.status === "rejected");
  expect(lost?.reason).toMatchObject({
    code: "SLOT_NOT_FREE",
    data: { nextFreeAt: new Date(NOON).toISOString() },
  });
  expect(await offered("acc_late", other)).not.toContain(ELEVEN);
});

test("[BK12] a hold lasts two minutes, is the same when asked again, and is let go by its owner only", async () => {
  const { slots, other, businessId, clock, offered } = diary();
  const hold = await slots.hold(consumer("acc_a"), businessId, ELEVEN);
  expect(hold.expiresAt).toBe(clock.nowMs() + 120_000);
  clock.advance(60_000);
  expect(await other.hold(consumer("acc_a"), businessId, ELEVEN)).toEqual(hold);
  expect(await offered("acc_a", slots)).toContain(ELEVEN);
  expect(await slots.release("acc_b", hold.holdId)).toBe(false);
  clock.advance(60_000);
  expect(await offered("acc_b", slots)).toContain(ELEVEN);
  await expect(slots.confirm({ accountId: "acc_a", businessId }, hold.holdId)).rejects.toMatchObject({
    code: "SLOT_NOT_FREE",
  });
  const next = await slots.hold(consumer("acc_b"), businessId, ELEVEN);
  expect(await slots.release("acc_b", next.holdId)).toBe(true);
  expect(await slots.release("acc_b", next.holdId)).toBe(false);
});

test("[BK12] a person holds one slot of a business: the newest", async () => {
  const { slots, businessId, offered } = diary();
  await slots.hold(consumer("acc_c"), businessId, ELEVEN);
  await slots.hold(consumer("acc_c"), businessId, NOON);
  const free = await offered("acc_d", slots);
  expect(free).toContain(ELEVEN);
  expect(free).not.toContain(NOON);
});

test.each([
  ["gone by", "2026-11-24T09:00:00-05:00", { code: "BAD_TIME" }],
  ["too far away", "2027-03-01T12:00:00-05:00", { code: "BAD_TIME" }],
  [
    "at night",
    "2026-11-24T22:00:00-05:00",
    { code: "OUTSIDE_CALLING_HOURS", data: { allowedFrom: "2026-11-25T14:00:00.000Z" } },
  ],
  [
    "after closing time",
    "2026-11-24T18:00:00-05:00",
    { code: "SLOT_NOT_FREE", data: { nextFreeAt: "2026-11-25T14:00:00.000Z" } },
  ],
  [
    "between two slots",
    "2026-11-24T11:20:00-05:00",
    { code: "SLOT_NOT_FREE", data: { nextFreeAt: "2026-11-24T17:00:00.000Z" } },
  ],
])("[BK11] what is %s can't be held", async (_, startsAt, failure) => {
  const { slots, businessId } = diary();
  await expect(slots.hold(consumer("acc_e"), businessId, startsAt)).rejects.toMatchObject(failure);
});

test("[BK10] booked calls and appointments take their slots", async () => {
  const dueAt = new Date("2026-11-24T16:50:00Z");
  const { slots, offered, businessId } = diary({
    bookedCalls: async (_, from, until) =>
      from <= dueAt && dueAt < until ? [{ consumerId: "acc_other", dueAt }] : [],
    appointments: {
      promised: async () => [
        { startAt: Date.parse("2026-11-24T19:00Z"), endAt: Date.parse("2026-11-24T20:00Z") },
      ],
    },
  });
  const free = await offered("acc_f", slots);
  // The call goes on into the hour after it.
  for (const startsAt of [ELEVEN, NOON, "2026-11-24T14:00:00-05:00"]) expect(free).not.toContain(startsAt);
  expect(free).toContain("2026-11-24T13:00:00-05:00");
  await expect(slots.hold(consumer("acc_f"), businessId, NOON)).rejects.toMatchObject({
    code: "SLOT_NOT_FREE",
  });
});

test("[BK13] a business that fits none of their requests, or that does not exist, looks like none", async () => {
  const { slots, businessId } = diary({ placesOf: async () => null });
  const notFound = { code: "NOT_FOUND" };
  await expect(slots.hold(consumer("acc_g"), businessId, ELEVEN)).rejects.toMatchObject(notFound);
  const unknown = diary();
  await expect(unknown.slots.hold(consumer("acc_g"), "biz_unknown", ELEVEN)).rejects.toMatchObject(notFound);
});
