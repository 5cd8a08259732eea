import { callEnds, type SignedIn, signIn, signUp } from "#e2e/support/api.ts";
import { BRIEF } from "#e2e/support/scripts.ts";
import { type CalleeOf, type Consumer, newConsumer, type World } from "#e2e/support/world.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { PLEASANT } from "#server/sandbox/callees/people.ts";

/** Where all of them live; the pictures are on this clock. */
export const TIME_ZONE = "America/Los_Angeles";
const POSTAL_CODE = "94110";
const OBJECTIVE = "Find out where the water is coming from and book a plumber's visit for this week.";
const DAYS_AHEAD = 7;

/** The people of the pictures, what they asked for, and the calls about it. */
export type Cast = {
  business: SignedIn;
  businessId: string;
  supervisor: SignedIn;
  maria: Consumer;
  james: Consumer;
  /** Without a phone number yet. */
  newcomer: SignedIn;
  leadId: string;
  /** Its call was asked for by the consumer, for a free time. */
  bookedId: string;
  finishedId: string;
  tomsNumber: string;
  /** Asks for a call to the number that a person answers in the browser. */
  callTom(): Promise<unknown>;
  /** Asks for a call that lasts long enough to be looked at; its id. */
  callJames(): Promise<string>;
  /** Asks for calls of others, then for one of Maria's, which then stands in line; its id. */
  queueMaria(): Promise<string>;
};

type Asked = { description: string; urgency: "now" | "this_week" | "flexible"; budgetCents?: number };

const REQUESTS = {
  maria: {
    description:
      "The pipe under my kitchen sink is leaking and the cabinet is getting wet. I put a bucket under it and shut off the valve.",
    urgency: "this_week",
    budgetCents: 40_000,
  },
  james: {
    description: "Water drips from the pipe below the kitchen sink, for three days now.",
    urgency: "now",
  },
  hannah: {
    description:
      "I am renovating a small bathroom and need a plumber to move the shower drain and put in a new sink.",
    urgency: "flexible",
    budgetCents: 300_000,
  },
  tom: {
    description: "The toilet upstairs keeps running, and the water bill doubled. I would like it fixed soon.",
    urgency: "this_week",
    budgetCents: 25_000,
  },
  leo: {
    description: "The kitchen drain is blocked again. Snaking it helped for a week only.",
    urgency: "this_week",
  },
} satisfies Record<string, Asked>;

/** Nobody answered these yet; the newest comes last. */
const NEW_REQUESTS: readonly (Asked & { name: string })[] = [
  {
    name: "Grace Lin",
    description:
      "I would like an estimate for new copper pipes in a house of 1928, two bathrooms and a kitchen.",
    urgency: "flexible",
    budgetCents: 1_200_000,
  },
  {
    name: "Ella Brooks",
    description: "Water pressure in the shower is down to a trickle since the street was dug up.",
    urgency: "this_week",
    budgetCents: 20_000,
  },
  {
    name: "Samuel Ortiz",
    description: "The garbage disposal hums and does not turn. I have reset it twice.",
    urgency: "flexible",
    budgetCents: 15_000,
  },
  {
    name: "Priya Nair",
    description: "No hot water since this morning. The water heater is twelve years old and shows an error.",
    urgency: "now",
  },
];

/** Another one that would come. */
async function missionDrains({ baseUrl }: World): Promise<SignedIn> {
  const business = await signUp(baseUrl, "business", "Rosa Whitlock", "rosa@mission-drains.test");
  await business.api.business.updateProfile({
    name: "Mission Drains",
    legalName: "Mission Drains Inc.",
    categories: ["plumbing"],
    postalCodes: ["941"],
    timeZone: TIME_ZONE,
  });
  return business;
}

async function acmePlumbing({ baseUrl }: World): Promise<SignedIn> {
  const business = await signUp(baseUrl, "business", "Alex Carter", "alex@acme-plumbing.test");
  await business.api.business.updateProfile({
    name: "Acme Plumbing",
    legalName: "Acme Plumbing LLC",
    categories: ["plumbing", "heating"],
    postalCodes: ["941", "940"],
    timeZone: TIME_ZONE,
    hours: { opens: "08:00", closes: "18:00" },
    typicalPriceCents: { low: 12_000, high: 45_000 },
    voicemail: { kind: "leave_message", callbackNumber: "+14155550199" },
  });
  return business;
}

/** Somebody with a proven number and one request. */
async function asker(world: World, name: string, asked: Asked, callee: CalleeOf) {
  const consumer = await newConsumer(world, name);
  await world.sandbox.callee(consumer.number, callee);
  const about = { ...asked, category: "plumbing", postalCode: POSTAL_CODE, timeZone: TIME_ZONE } as const;
  const { leadId } = await consumer.api.lead.submit(about);
  return { consumer, leadId };
}

/** A free time of the first day after today that has several. */
async function freeTime({ api }: SignedIn, businessId: string): Promise<string> {
  const from = new Date().toISOString();
  const asked = { businessId, from, days: DAYS_AHEAD, timeZone: TIME_ZONE };
  const { slots } = await api.booking.slots(asked);
  const days = Object.values(Object.groupBy(slots, ({ startsAt }) => startsAt.slice(0, "2026-12-08".length)));
  const day = days.slice(1).find((some) => (some?.length ?? 0) > 3);
  if (day?.[2] === undefined) throw new Error("Acme Plumbing has no free time in a week.");
  return day[2].startsAt;
}

/** Makes everybody, and every call that the pictures show finished or booked. */
export async function assemble(world: World): Promise<Cast> {
  const business = await acmePlumbing(world);
  const other = await missionDrains(world);
  const { businessId } = await business.api.business.profile();
  const supervisor = await signIn(world.baseUrl, DEMO_PEOPLE.supervisor.email, DEMO_PASSWORD);
  const leo = await asker(world, "Leo Martin", REQUESTS.leo, "no-answer");
  const hannah = await asker(world, "Hannah Weiss", REQUESTS.hannah, "voicemail");
  const tom = await asker(world, "Tom Reyes", REQUESTS.tom, "pleasant");
  const james = await asker(world, "James Okafor", REQUESTS.james, {
    ...PLEASANT,
    pauseMs: 5_000,
    patienceMs: null,
  });
  const maria = await asker(world, "Maria Lopez", REQUESTS.maria, "pleasant");
  for (const { name, ...asked } of NEW_REQUESTS) await asker(world, name, asked, "pleasant");

  const allowCalls = async ({ consumer, leadId }: typeof maria) => {
    await business.api.business.respondToMatch({ leadId, response: "interested" });
    await consumer.api.lead.grantConsent({
      leadId,
      businessIds: [businessId],
      aiCalls: true,
      recording: true,
    });
  };
  for (const one of [leo, hannah, tom, james, maria]) await allowCalls(one);
  await other.api.business.respondToMatch({ leadId: maria.leadId, response: "interested" });
  const request = async ({ leadId }: typeof maria) => {
    const asked = await business.api.business.requestAICall({ leadId, objective: OBJECTIVE });
    return asked.call_id;
  };
  const [finishedId] = await Promise.all([request(maria), request(leo), request(hannah)]);
  await callEnds(business.api, finishedId);
  const startsAt = await freeTime(maria.consumer, businessId);
  const { holdId } = await maria.consumer.api.booking.hold({ businessId, startsAt });
  const { call_id: bookedId } = await maria.consumer.api.lead.requestCallback({
    leadId: maria.leadId,
    businessId,
    holdId,
  });
  return {
    business,
    businessId,
    supervisor,
    maria: maria.consumer,
    james: james.consumer,
    newcomer: await signUp(world.baseUrl, "consumer", "Nora Kim", "nora@example.test"),
    leadId: maria.leadId,
    bookedId,
    finishedId,
    tomsNumber: tom.consumer.number,
    callTom: () => request(tom),
    callJames: () => request(james),
    async queueMaria() {
      await world.sandbox.callee(leo.consumer.number, BRIEF);
      await request(leo);
      await request(hannah);
      return request(maria);
    },
  };
}
