import { callReaches, journalOf } from "#e2e/support/api.ts";
import { newBusiness, newConsumer, startWorld, type World } from "#e2e/support/world.ts";
import { afterAll, beforeAll, expect, test } from "vitest";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const DAY_MS = 24 * 3_600_000;

async function interested() {
  const business = await newBusiness(world);
  const consumer = await newConsumer(world);
  const { businessId } = await business.api.business.profile();
  const { leadId } = await consumer.api.lead.submit({
    description: "The pipe under my kitchen sink is leaking.",
    category: "plumbing",
    postalCode: "94110",
    timeZone: "America/Los_Angeles",
  });
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  return { consumer, business, businessId, leadId };
}

test("[BK10] [BK12] [CL232] [CL233] [CL236] a slot is found, held, booked and moved; then the consumer is called now", async () => {
  const { consumer, business, businessId, leadId } = await interested();
  const from = new Date(Date.now() + DAY_MS).toISOString();
  const query = { businessId, from, days: 7, timeZone: "America/Los_Angeles" };
  const { slots, nextFreeAt } = await consumer.api.booking.slots(query);
  const [first, second] = slots;
  if (first === undefined || second === undefined) throw new Error("A week without two free slots.");
  expect(nextFreeAt).toBe(first.startsAt);

  const { holdId } = await consumer.api.booking.hold({ businessId, startsAt: first.startsAt });
  const reply = await consumer.api.lead.requestCallback({ leadId, businessId, holdId });
  expect(reply.scheduled_for).toBe(new Date(first.startsAt).toISOString());
  expect(await consumer.api.booking.release({ holdId })).toEqual({ released: false });
  const { closed } = await consumer.api.booking.slots(query);
  expect(closed).toContainEqual({ startsAt: first.startsAt, reason: "taken" });

  const callId = reply.call_id;
  const scheduledFor = new Date(second.startsAt).toISOString();
  const move = { callId, scheduledTime: second.startsAt };
  for (const { api } of [consumer, business, consumer]) {
    expect(await api.call.reschedule(move)).toEqual({ callId, status: "scheduled", scheduledFor });
  }
  const events = await journalOf(consumer.api, callId);
  expect(events.filter(({ type }) => type === "call.scheduled")).toHaveLength(2);

  expect(await consumer.api.call.callNow({ callId })).toMatchObject({ callId, scheduledFor: null });
  await callReaches(consumer.api, callId, ["dialing", "ringing", "in_progress"]);
  await consumer.api.call.cancel({ callId });
});

test("[BK13] a business that was offered to nobody here is not found, and a business has no slots to ask for", async () => {
  const { consumer, business } = await interested();
  const query = { from: new Date().toISOString(), days: 1, timeZone: "America/Los_Angeles" };
  await expect(consumer.api.booking.slots({ ...query, businessId: "biz_unknown" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(business.api.booking.slots({ ...query, businessId: "biz_unknown" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
