import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { newId } from "#server/lib/ids.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { NewsFacts } from "#server/notifications/compose.ts";
import { Notifications, type NotificationsParts } from "#server/notifications/notifications.ts";
import { createOutbox } from "#server/notifications/outbox.ts";
import type { SmsOutcome } from "#server/telephony/telephony.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const database = useTestDatabase();
const HOUR_MS = 3_600_000;
const PHONE = "+12125550123";
const EMAIL = "maria@people.test";

type Lead = NonNullable<Awaited<ReturnType<NewsFacts["leadById"]>>>;
type Call = NonNullable<Awaited<ReturnType<NewsFacts["callById"]>>>;

/** One consumer, one business, one lead, one call; ids of their own in every world. */
function createWorld() {
  const clock = new ManualClock();
  const [leadId, callId, businessId] = [newId("lead"), newId("call"), newId("biz")];
  const lead: Lead = {
    consumerId: "acc_maria",
    category: "legal",
    urgency: "this_week",
    postalCode: "10001",
    timeZone: "America/New_York",
    status: "open",
  };
  const call: Call = {
    leadId,
    businessId,
    consumerId: lead.consumerId,
    businessName: "Clearwater",
    status: "scheduled",
    outcome: null,
    dueAt: new Date(clock.nowMs() + 5 * HOUR_MS),
    timeZone: lead.timeZone,
  };
  const world = {
    clock,
    leadId,
    callId,
    businessId,
    lead,
    call,
    match: "pending" as "pending" | "interested" | "declined",
    phone: PHONE as string | null,
    emails: new Map([
      ["acc_maria", EMAIL],
      ["acc_owner", "owner@people.test"],
    ]),
    suppressed: false,
    carrier: { kind: "sent" } as SmsOutcome,
    mailBroken: false,
    ended: [] as string[],
    texts: [] as { to: string; body: string }[],
    mails: [] as { to: string; subject: string; text: string }[],
    mailTries: 0,
    rows: () => database().db.collection("notifications").find(ours(leadId, callId)).toArray(),
  };
  return { ...world, server: (over: Partial<NotificationsParts> = {}) => serverIn(world, over), world };
}

const ours = (leadId: string, callId: string) => ({
  $or: [{ "news.leadId": leadId }, { "news.callId": callId }],
});

type World = ReturnType<typeof createWorld>["world"];

function serverIn(world: World, over: Partial<NotificationsParts>): Notifications {
  const { clock } = world;
  return new Notifications({
    outbox: createOutbox({ db: database().connection, clock }),
    facts: {
      leadById: async (id) => (id === world.leadId ? world.lead : null),
      matchStatus: async () => world.match,
      businessById: async () => ({ name: "Clearwater" }),
      ownerOf: async () => "acc_owner",
      callById: async (id) => (id === world.callId ? world.call : null),
    },
    publicUrl: "https://ringside.test",
    linkToken: (callId) => `link_${callId}~1~x`,
    quietHours: { startHour: 20, endHour: 9 },
    clock,
    logger: silentLogger,
    phoneOf: async () => (world.phone === null ? null : { e164: world.phone, phoneKey: "key" }),
    emailOf: async (accountId) => world.emails.get(accountId) ?? null,
    isSuppressed: async () => world.suppressed,
    async sendSms(message) {
      world.texts.push(message);
      return world.carrier;
    },
    async sendEmail(mail) {
      world.mailTries += 1;
      if (world.mailBroken) throw new Error("The disk is full.");
      world.mails.push(mail);
    },
    endedSince: async () => world.ended,
    ...over,
  });
}

test("each event goes to whom it concerns, by its way, with ids in the outbox and nothing else", async () => {
  const { world, server, leadId, callId, businessId } = createWorld();
  const notifications = server();
  notifications.matched([{ leadId, businessId }]);
  await notifications.settled();
  await notifications.send();
  expect(world.mails).toEqual([
    {
      to: "owner@people.test",
      subject: "A new request fits your business",
      text: expect.stringContaining(`help with legal, this week`),
    },
  ]);
  world.match = "interested";
  notifications.interested({ leadId, businessId });
  notifications.callPlanned(callId);
  await notifications.settled();
  await notifications.send();
  expect(world.texts.map(({ body }) => body).toSorted()).toEqual([
    `An AI assistant will call you for Clearwater on Tue, Nov 24, 3:00 PM EST. See, move or cancel the call, without a password: https://ringside.test/c/link_${callId}~1~x`,
    `Clearwater is interested in your request. You decide whether it may call you: https://ringside.test/help/matches/${leadId}`,
  ]);
  Object.assign(world.call, { status: "completed", outcome: "objective_met", dueAt: null });
  notifications.callEnded(callId);
  await notifications.settled();
  await notifications.send();
  expect(world.texts.at(-1)?.body).toContain("Your call with Clearwater is over.");
  expect(world.mails.at(-1)).toMatchObject({
    to: "owner@people.test",
    subject: "A call is over: the objective was met",
  });
  for (const { subject, text } of world.mails) {
    expect(`${subject} ${text}`).not.toMatch(/maria|5550123/i);
  }
  const rows = await world.rows();
  expect(rows).toHaveLength(5);
  expect(JSON.stringify(rows)).not.toMatch(/5550123|people\.test|Clearwater/);
});

test("[NO1] however often and by however many servers an event is told, each side hears of it once", async () => {
  const act = fc.constantFrom("ended 0", "ended 1", "send 0", "send 1", "sweep 0", "both send");
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (acts) => {
      const { world, server, callId } = createWorld();
      const servers = [server(), server()] as const;
      Object.assign(world.call, { status: "no_answer", dueAt: null });
      world.ended = [callId];
      await Promise.all(
        acts.map(async (one) => {
          const chosen = one.endsWith("1") ? servers[1] : servers[0];
          if (one.startsWith("ended")) chosen.callEnded(callId);
          else if (one.startsWith("sweep")) chosen.start();
          else if (one.startsWith("send")) await chosen.send();
          else await Promise.all(servers.map((each) => each.send()));
        }),
      );
      const told = acts.some((one) => one.startsWith("ended") || one.startsWith("sweep"));
      for (const each of servers) await each.settled();
      await Promise.all(servers.map((each) => each.send()));
      for (const each of servers) await each.stop();
      expect(world.texts.map(({ to }) => to)).toEqual(told ? [PHONE] : []);
      expect(world.mails.map(({ to }) => to)).toEqual(told ? ["owner@people.test"] : []);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["a suppressed number", { suppressed: true }],
  ["nobody with a proven number", { phone: null }],
])("[NO3] %s gets no text message, but the e-mail", async (_, over) => {
  const { world, server, callId } = createWorld();
  Object.assign(world, over);
  const notifications = server();
  notifications.callPlanned(callId);
  await notifications.settled();
  await notifications.send();
  expect(world.texts).toEqual([]);
  expect(world.mails).toMatchObject([{ to: EMAIL, subject: "Clearwater will call you" }]);
});

test("[NO3] without a number and an address nothing is sent, and nothing is tried again", async () => {
  const { world, server, callId } = createWorld();
  world.phone = null;
  world.emails.clear();
  const notifications = server();
  notifications.callPlanned(callId);
  await notifications.settled();
  await notifications.send();
  expect(await world.rows()).toMatchObject([{ state: "dropped", how: "nowhere" }]);
});

test("[NO4] what would be texted at night is texted in the morning", async () => {
  const { world, server, leadId, businessId, clock } = createWorld();
  world.match = "interested";
  clock.advance(11 * HOUR_MS); // 21:00 in New York
  const notifications = server();
  notifications.interested({ leadId, businessId });
  await notifications.settled();
  await notifications.send();
  clock.advance(11 * HOUR_MS);
  await notifications.send();
  expect(world.texts).toEqual([]);
  clock.advance(HOUR_MS); // 9:00
  await notifications.send();
  expect(world.texts).toHaveLength(1);
  expect(await world.rows()).toMatchObject([{ state: "sent", how: "sms", tries: 1 }]);
});

test("[NO5] what is not true any more is not told", async () => {
  const { world, server, leadId, callId, businessId } = createWorld();
  const notifications = server();
  world.match = "declined";
  world.call.status = "dialing";
  notifications.matched([{ leadId, businessId }]);
  notifications.interested({ leadId, businessId });
  notifications.callPlanned(callId);
  notifications.callEnded(callId);
  await notifications.settled();
  await notifications.send();
  expect([world.texts, world.mails]).toEqual([[], []]);
  expect((await world.rows()).map((row) => row["how"])).toEqual(Array(5).fill("stale"));
});

test.each<[string, SmsOutcome]>([
  ["refused", { kind: "refused", reason: "code 21610" }],
  ["not confirmed", { kind: "unreachable", reason: "timeout" }],
])("[NO6] a text message that was %s is not repeated; the e-mail goes in its place", async (_, carrier) => {
  const { world, server, callId, clock } = createWorld();
  world.carrier = carrier;
  world.mailBroken = true;
  const notifications = server();
  notifications.callPlanned(callId);
  await notifications.settled();
  await notifications.send();
  world.mailBroken = false;
  for (let minute = 0; minute < 5; minute++) {
    clock.advance(60_000);
    await notifications.send();
  }
  expect(world.texts).toHaveLength(1);
  expect(world.mails).toMatchObject([{ to: EMAIL }]);
});

test("[NO6] an e-mail that cannot be written is tried five times, waiting longer each time", async () => {
  const { world, server, leadId, businessId, clock } = createWorld();
  world.mailBroken = true;
  const notifications = server();
  notifications.matched([{ leadId, businessId }]);
  await notifications.settled();
  const triedAtMinute: number[] = [];
  for (let minute = 0; minute < 60; minute++) {
    const before = world.mailTries;
    await notifications.send();
    if (world.mailTries > before) triedAtMinute.push(minute);
    clock.advance(60_000);
  }
  expect(triedAtMinute).toEqual([0, 1, 3, 7, 15]);
  expect(await world.rows()).toMatchObject([{ state: "dropped", how: "failed" }]);
});

test("[NO6] what a server sent and could not write down is sent by nobody again", async () => {
  const { world, server, callId, clock } = createWorld();
  const outbox = createOutbox({ db: database().connection, clock });
  const dying = server({ outbox: { ...outbox, finish: () => Promise.reject(new Error("gone")) } });
  dying.callPlanned(callId);
  await dying.settled();
  await dying.send();
  clock.advance(24 * HOUR_MS);
  await server().send();
  expect(world.texts).toHaveLength(1);
  expect(await world.rows()).toMatchObject([{ state: "claimed" }]);
});

test("[NO7] the end of a call that a killed server told nobody of is found by a sweep", async () => {
  const { world, server, callId, clock } = createWorld();
  Object.assign(world.call, { status: "cancelled", dueAt: null });
  const notifications = server();
  notifications.start();
  await notifications.settled();
  world.ended = [callId];
  clock.advance(60_000);
  await notifications.settled();
  await notifications.send();
  expect([world.texts.length, world.mails.length]).toEqual([1, 1]);
  await notifications.stop();
  expect(clock.pending).toBe(0);
});

test("[NO8] e-mails about matches are claimed twenty together, anything else alone; on two servers each is sent once, and of a server that dies no more than twenty are lost", async () => {
  const { world, server, leadId, callId, clock } = createWorld();
  const found = Array.from({ length: 50 }, () => ({ leadId, businessId: newId("biz") }));
  const outbox = createOutbox({ db: database().connection, clock });
  await outbox.add(found.map((about) => ({ kind: "match", ...about })));
  clock.advance(1);
  await outbox.add([{ kind: "plan", callId }]);
  const dying = server({ outbox: { ...outbox, finish: () => Promise.reject(new Error("gone")) } });
  await dying.send();
  expect(world.mails).toHaveLength(20);
  const servers = [server(), server()];
  await Promise.all(servers.map((each) => each.send()));
  expect(world.mails).toHaveLength(50);
  expect(world.texts).toHaveLength(1);
  const states = (await world.rows()).map((row) => row["state"]);
  expect(states.filter((state) => state === "sent")).toHaveLength(31);
  expect(states.filter((state) => state === "claimed")).toHaveLength(20);
  await outbox.add([{ kind: "plan", callId: newId("call") }]);
  await outbox.add([{ kind: "match", leadId, businessId: newId("biz") }]);
  clock.advance(1);
  expect((await outbox.claim()).length).toBe(1);
});
