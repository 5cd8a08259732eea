import type { Caller } from "#server/accounts/caller.ts";
import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { createConsents } from "#server/compliance/consents.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { ErrorCode } from "#shared/contract/errors.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { callbackText } from "#shared/consent-text.ts";
import { expect, onTestFinished, test } from "vitest";

const database = useTestDatabase();
let people = 0;
/** In this bench a lead is named as its consumer, and every business is matched. */
function someone(): { consumer: Caller; leadId: string } {
  const accountId = `lead_callback${String(++people).padStart(4, "0")}`;
  const consumer = {
    accountId,
    name: "Maria",
    email: "m@people.test",
    role: "consumer",
    businessId: null,
  } as const;
  return { consumer, leadId: accountId };
}

type Options = NonNullable<Parameters<typeof callsBench>[1]>;

/** With the real receipts: nobody has consented to anything. */
function start(options: Options = {}) {
  const clock = options.clock ?? new ManualClock();
  const consents = createConsents({ db: database().connection, clock });
  const parties = {
    consentFor: (leadId: string, businessId: string) => consents.consentFor(leadId, businessId),
    ...options.parties,
  };
  const bench = callsBench(database(), { ...options, clock, consents, parties });
  bench.calls.start();
  onTestFinished(async () => {
    await bench.calls.drain();
    await bench.calls.stop();
    await bench.documents.updateMany({}, { $set: { status: "failed", livePersonKey: null } });
  });
  return { ...bench, consents };
}

const businessId = "biz_callback1";
const refusal = (code: ErrorCode) => expect.objectContaining({ name: "Failure", code });

test("[CL250] a callback is dialled like any call, with the default objective and the consumer as its author", async () => {
  const { calls, documents, dials } = start();
  const { consumer, leadId } = someone();
  const reply = await calls.requests.byConsumer(consumer, { leadId, businessId });
  expect(reply).toMatchObject({ success: true, queue_position: 1, scheduled_for: null });
  await becomes(documents, reply.call_id, {
    status: "dialing",
    state: { dial: "placed" },
    businessId,
    consumerId: consumer.accountId,
    briefing: { objective: "Call consumer to discuss their roofing needs and schedule a consultation" },
    journal: expect.arrayContaining([
      expect.objectContaining({
        type: "call.requested",
        requestedBy: expect.objectContaining({ role: "consumer" }),
      }),
    ]),
  });
  expect(dials).toHaveLength(1);
});

test("[CL251] asking is consent to that call and no other, with a receipt of where it came from; taking it back ends it", async () => {
  const { calls, consents, documents, business } = start();
  calls.hold.hold("telephony", "wait");
  const { consumer, leadId } = someone();
  const reply = await calls.requests.byConsumer(consumer, { leadId, businessId }, "203.0.113.9");
  const receipts = database().connection.collection<{ _id: string }>("consents");
  expect(await receipts.find({ leadId }).toArray()).toMatchObject([
    {
      kind: "aiCalls",
      granted: true,
      callId: reply.call_id,
      businessId,
      text: callbackText("Acme LLC"),
      ip: "203.0.113.9",
    },
  ]);
  expect(await consents.consentFor(leadId, businessId, reply.call_id)).toMatchObject({ aiCalls: true });
  expect(await consents.consentFor(leadId, businessId)).toMatchObject({ aiCalls: false });
  await expect(calls.request(business, { leadId, objective: "Agree on a visit this week" })).rejects.toEqual(
    refusal("CONSENT_MISSING"),
  );
  const takenBack = {
    leadId,
    consumerId: consumer.accountId,
    businessId,
    legalName: "Acme LLC",
    aiCalls: false,
  };
  await consents.record([takenBack]);
  expect(await consents.consentFor(leadId, businessId, reply.call_id)).toMatchObject({ aiCalls: false });
  expect(await documents.findOne({ _id: reply.call_id })).toMatchObject({ status: "queued" });
});

/** 23:00 where the consumer lives, 2026-11-25T04:00Z. */
function atNight(): Options {
  const clock = new ManualClock();
  clock.advance(13 * 3_600_000);
  return { clock, config: { quietHours: { startHour: 20, endHour: 9 } } };
}
const cases: [string, ErrorCode, Options, object][] = [
  ["an unknown lead", "NOT_FOUND", { parties: { leadForCall: async () => null } }, {}],
  ["no number", "PHONE_MISSING", { parties: { phoneOf: async () => null } }, {}],
  ["an unknown business", "NOT_MATCHED", { parties: { businessById: async () => null } }, {}],
  ["no match", "NOT_MATCHED", { parties: { matchFor: async () => null } }, {}],
  [
    "a business that has not answered",
    "MATCH_NOT_INTERESTED",
    { parties: { matchFor: async () => ({ status: "pending" }) } },
    {},
  ],
  [
    "a business that declined",
    "MATCH_NOT_INTERESTED",
    { parties: { matchFor: async () => ({ status: "declined" }) } },
    {},
  ],
  ["a time that is past", "BAD_TIME", {}, { preferredTime: "2020-01-01T10:00:00Z" }],
  ["a time that is too far", "BAD_TIME", {}, { preferredTime: "2099-01-01T10:00:00Z" }],
  ["a time at night", "OUTSIDE_CALLING_HOURS", atNight(), { preferredTime: "2026-11-25T04:30:00Z" }],
  ["a number that said stop", "SUPPRESSED", { parties: { isSuppressed: async () => true } }, {}],
];

test.each(cases)("[CL250] %s is refused with %s, and does not count", async (_what, code, options, more) => {
  const { calls, documents } = start(options);
  const { consumer, leadId } = someone();
  const request = { leadId, businessId, ...more };
  for (let tries = 0; tries < 6; tries++) {
    await expect(calls.requests.byConsumer(consumer, request)).rejects.toEqual(refusal(code));
  }
  expect(await documents.countDocuments({ leadId })).toBe(0);
});

test("[CL250] a foreign lead looks like an unknown one, whatever else is wrong with the request", async () => {
  const { calls } = start({ parties: { phoneOf: async () => null, matchFor: async () => null } });
  const { leadId } = someone();
  const { consumer: stranger } = someone();
  await expect(
    calls.requests.byConsumer(stranger, { leadId, businessId, preferredTime: "2020-01-01T10:00:00Z" }),
  ).rejects.toEqual(refusal("NOT_FOUND"));
});

test("[CL250] without a time at night the call is scheduled for the next legal instant, where the consumer lives", async () => {
  const { calls } = start(atNight());
  const { consumer, leadId } = someone();
  expect(await calls.requests.byConsumer(consumer, { leadId, businessId })).toMatchObject({
    queue_position: null,
    scheduled_for: "2026-11-25T14:00:00.000Z",
    estimated_wait_seconds: 36_000,
  });
});

test("[CL252] of many requests at once on two servers exactly ten of a business and five of a consumer are accepted", async () => {
  const one = start();
  const other = start({ clock: one.clock });
  for (const { calls } of [one, other]) calls.hold.hold("telephony", "wait");
  const { consumer, leadId } = someone();
  const objective = "Agree on a visit this week";
  const consented = someone();
  await one.consents.record([
    {
      leadId: consented.leadId,
      consumerId: consented.consumer.accountId,
      businessId: one.business.businessId ?? "",
      legalName: "Acme LLC",
      aiCalls: true,
    },
  ]);
  const servers = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? one : other));
  const outcomes = async (asked: Promise<unknown>[]) =>
    (await Promise.allSettled(asked)).map((each) =>
      each.status === "fulfilled" ? "accepted" : String(each.reason.code),
    );
  const [callbacks, calls] = await Promise.all([
    outcomes(servers.map((server) => server.calls.requests.byConsumer(consumer, { leadId, businessId }))),
    outcomes(
      servers.map((server) => server.calls.request(one.business, { leadId: consented.leadId, objective })),
    ),
  ]);
  const count = (list: string[], what: string) => list.filter((each) => each === what).length;
  expect([count(callbacks, "accepted"), count(callbacks, "RATE_LIMITED")]).toEqual([5, 25]);
  expect([count(calls, "accepted"), count(calls, "RATE_LIMITED")]).toEqual([10, 20]);
  expect(await one.documents.countDocuments({ leadId })).toBe(5);
  one.clock.advance(3_600_000);
  expect(await one.calls.requests.byConsumer(consumer, { leadId, businessId })).toMatchObject({
    success: true,
  });
});

test("[CL236] a held slot is the time of the callback and belongs to it from then on; a hold that ran out books nothing", async () => {
  const clock = new ManualClock();
  const { calls, slots, documents } = start({ clock });
  const { consumer, leadId } = someone();
  const noon = "2026-11-25T17:00:00.000Z";
  const held = "biz_callbackheld";
  const { holdId } = await slots.hold(consumer, held, noon);
  const reply = await calls.requests.byConsumer(consumer, { leadId, businessId: held, holdId });
  expect(reply.scheduled_for).toBe(noon);
  expect(await slots.release(consumer.accountId, holdId)).toBe(false);
  const next = someone();
  await expect(slots.hold(next.consumer, held, noon)).rejects.toEqual(refusal("SLOT_NOT_FREE"));
  const late = await slots.hold(next.consumer, held, "2026-11-25T18:00:00.000Z");
  clock.advance(120_000);
  const request = { leadId: next.leadId, businessId: held, holdId: late.holdId };
  await expect(calls.requests.byConsumer(next.consumer, request)).rejects.toEqual(refusal("SLOT_NOT_FREE"));
  expect(await documents.countDocuments({ businessId: held })).toBe(1);
});

test("[CL332] ten people ask one business to call at the same instant, none of them holding a slot: one is promised it, the others may ask for another", async () => {
  const { calls, documents } = start();
  const business = "biz_callback9";
  const asked = Array.from({ length: 10 }, () => someone());
  const ask = ({ consumer, leadId }: (typeof asked)[number], preferredTime: string) =>
    calls.requests.byConsumer(consumer, { leadId, businessId: business, preferredTime });
  const outcomes = await Promise.allSettled(asked.map((one) => ask(one, "2026-11-24T18:00:00Z")));
  const won = outcomes.findIndex(({ status }) => status === "fulfilled");
  expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toEqual(refusal("SLOT_NOT_FREE"));
  }
  expect(won).not.toBe(-1);
  const loser = asked[won === 0 ? 1 : 0];
  if (loser === undefined) throw new Error("Nobody lost.");
  // What was refused did not count: of five, four are still to be had.
  for (let hour = 19; hour < 22; hour++) await ask(loser, `2026-11-24T${hour}:00:00Z`);
  await expect(ask(loser, "2026-11-24T18:10:00Z")).rejects.toEqual(refusal("SLOT_NOT_FREE"));
  await ask(loser, "2026-11-24T18:15:00Z");
  expect(await documents.countDocuments({ businessId: business, status: "scheduled" })).toBe(5);
});
