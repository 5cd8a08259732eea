import type { Caller } from "#server/accounts/caller.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import { DEMO_BUSINESSES, type DemoBusiness } from "#server/leads/demo-businesses.ts";
import {
  CALLEES,
  demoPerson,
  DIGIT_ORDER,
  PLEASANT_DIGITS,
  type DemoCallee,
} from "#server/leads/demo-callees.ts";
import { createDemoNumbers, type DemoNumber } from "#server/leads/demo-numbers.ts";
import { DEMO_TOPICS, type DemoTopic } from "#server/leads/demo-topics.ts";
import type { LeadRequest, Leads, MatchableLead } from "#server/leads/leads.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { UpdateBusinessProfile } from "#shared/business.ts";

/** All that `business.requestAICall` needs; the call itself is asked for like any other and may be refused like any other. */
export type DemoScenario = {
  /** Speaks for the demo business. */
  business: Caller;
  businessId: string;
  leadId: string;
  objective: string;
  consumer: { accountId: string; name: string };
  /** How the person at the other end will behave, if the phone network is the sandbox. */
  callee: DemoCallee;
};

export type DemoWorld = {
  /** Creates the demo businesses, or finds them. */
  prepare(): Promise<void>;
  /**
   * A person with a need, a matched and interested business, and consent, in a zone where it is legal to call now. Null while every demo
   * business has used its requests of this hour, while nobody is left who was not called today, or when this lead went to others.
   */
  nextScenario(): Promise<DemoScenario | null>;
};

export type DemoWorldParts = {
  clock: Clock;
  quietHours: QuietHours;
  /** Where the walk through the numbers begins; a restart with another seed meets other people first. */
  seed: number;
  /** Finds the account by its address or creates it. */
  createDemoAccount: (person: {
    email: string;
    name: string;
    role: "consumer" | "business";
  }) => Promise<Caller>;
  saveProfile: (business: Caller, profile: UpdateBusinessProfile) => Promise<unknown>;
  /** Stores the number as proven; demo people have no phone to read a code from. */
  provePhone: (accountId: string, e164: string) => Promise<unknown>;
  isSuppressed: (e164: string) => Promise<boolean>;
  leads: Pick<Leads, "submit" | "list" | "grantConsent">;
  matchLead: (lead: MatchableLead) => Promise<{ businessId: string }[]>;
  respond: (business: Caller, answer: { leadId: string; response: "interested" }) => Promise<unknown>;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many people are looked at for one scenario before the demo rests. */
const MAX_TRIES = 100;

type OpenBusiness = { plan: DemoBusiness; caller: Caller; businessId: string; askedAtMs: number[] };
type Person = { caller: Caller; number: DemoNumber };
type Meeting = { business: OpenBusiness; person: Person; topic: DemoTopic; callee: DemoCallee; turn: number };

export function createDemoWorld(parts: DemoWorldParts): DemoWorld {
  const { clock, leads } = parts;
  const numbers = createDemoNumbers(parts);
  let opening: Promise<OpenBusiness[]> | null = null;
  let turns = 0;

  return {
    async prepare() {
      await businesses();
    },
    async nextScenario() {
      const turn = turns++;
      const open = await businesses();
      const wanted = DIGIT_ORDER[turn % DIGIT_ORDER.length] ?? 0;
      for (const digit of new Set([wanted, ...PLEASANT_DIGITS])) {
        const meeting = await meet(open, digit, turn);
        if (meeting !== null) return arrange(parts, meeting);
      }
      return null;
    },
  };

  /** Opened once; a failure is forgotten, so that the next call tries again. */
  function businesses(): Promise<OpenBusiness[]> {
    opening ??= openBusinesses(parts).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  /** A business with a request left in this hour and a person for it. The business is taken first: people are scarcer in the long run. */
  async function meet(open: OpenBusiness[], digit: number, turn: number): Promise<Meeting | null> {
    const plan = CALLEES[digit];
    const topicName = plan?.topics[Math.floor(turn / DIGIT_ORDER.length) % plan.topics.length];
    if (plan === undefined || topicName === undefined) return null;
    const topic = DEMO_TOPICS[topicName];
    const nowMs = clock.nowMs();
    const business = takeBusiness(open, topic, nowMs);
    if (business === null) return null;
    const person = await stranger(digit);
    if (person !== null) return { business, person, topic, callee: plan.callee, turn };
    const taken = business.askedAtMs.indexOf(nowMs);
    business.askedAtMs = business.askedAtMs.filter((_, index) => index !== taken);
    return null;
  }

  /** Somebody who was not called today, also not before a restart, and who never said stop. */
  async function stranger(digit: number): Promise<Person | null> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const number = numbers.take(digit);
      if (number === null) return null;
      if (await parts.isSuppressed(number.e164)) continue;
      const caller = await parts.createDemoAccount({ ...demoPerson(number.personIndex), role: "consumer" });
      const [newest] = await leads.list(caller);
      const restedMs = newest === undefined ? DAY_MS : clock.nowMs() - Date.parse(newest.createdAt);
      if (restedMs >= DAY_MS) return { caller, number };
    }
    return null;
  }
}

async function openBusinesses(parts: DemoWorldParts): Promise<OpenBusiness[]> {
  const open: OpenBusiness[] = [];
  for (const plan of DEMO_BUSINESSES) {
    const { email, ownerName: name, profile } = plan;
    const caller = await parts.createDemoAccount({ email, name, role: "business" });
    const { businessId } = caller;
    if (businessId === null) throw new TypeError("A demo business account came without its business.");
    if (profile !== null) await parts.saveProfile(caller, profile);
    open.push({ plan, caller, businessId, askedAtMs: [] });
  }
  return open;
}

/** Of the businesses for this topic the one with most of its hour left; takes one of its requests. */
function takeBusiness(open: OpenBusiness[], topic: DemoTopic, nowMs: number): OpenBusiness | null {
  for (const business of open) {
    business.askedAtMs = business.askedAtMs.filter((atMs) => atMs > nowMs - HOUR_MS);
  }
  const used = ({ askedAtMs, plan }: OpenBusiness) => askedAtMs.length / plan.maxPerHour;
  const [freest] = open
    .filter((business) => business.plan.categories.includes(topic.category) && used(business) < 1)
    .toSorted((a, b) => used(a) - used(b));
  if (freest === undefined) return null;
  freest.askedAtMs.push(nowMs);
  return freest;
}

/** Goes the way a real consumer and a real business go: number, lead, match, interest, consent. Null when better businesses filled the matches. */
async function arrange(parts: DemoWorldParts, meeting: Meeting): Promise<DemoScenario | null> {
  const { business, person, topic, callee, turn } = meeting;
  const { caller: consumer, number } = person;
  const { businessId } = business;
  await parts.provePhone(consumer.accountId, number.e164);
  const lead = await parts.leads.submit(consumer, requestOf(topic, number, turn));
  const { leadId } = lead;
  const matches = await parts.matchLead(lead);
  if (!matches.some((match) => match.businessId === businessId)) return null;
  await parts.respond(business.caller, { leadId, response: "interested" });
  const agreed = { aiCalls: true, recording: turn % 3 !== 2 } as const;
  await parts.leads.grantConsent(consumer, { leadId, businessIds: [businessId], ...agreed }, {});
  const { accountId, name } = consumer;
  const { objective } = topic;
  return { business: business.caller, businessId, leadId, objective, consumer: { accountId, name }, callee };
}

function requestOf(topic: DemoTopic, { place }: DemoNumber, turn: number): LeadRequest {
  const { category, urgency, budgetCents, descriptions } = topic;
  const description = descriptions[turn % descriptions.length] ?? topic.objective;
  const { postalCode, timeZone } = place;
  return { description, category, urgency, budgetCents, postalCode, timeZone };
}
