import type { Caller } from "#server/accounts/caller.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import { DEMO_BUSINESSES, type DemoBusiness } from "#server/leads/demo-businesses.ts";
import { createDemoNumbers, type DemoNumber } from "#server/leads/demo-numbers.ts";
import { CALLEE_ORDER, demoPerson, type DemoCallee } from "#server/leads/demo-people.ts";
import type { Leads, MatchableLead } from "#server/leads/leads.ts";
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
/** Below the limit of ten requests, so that whoever signs in for a demo business can still ask for calls; more so at the known sign-in. */
const MAX_PER_HOUR = { signIn: 4, others: 9 };

const DAY_MS = 24 * HOUR_MS;
/** So many people are looked at for one scenario before the demo rests. */
const MAX_TRIES = 100;

type OpenBusiness = { plan: DemoBusiness; caller: Caller; businessId: string; askedAtMs: number[] };
type Person = { caller: Caller; number: DemoNumber };

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
      const business = takeTurn(await businesses(), turn, clock.nowMs());
      if (business === null) return null;
      const callee = CALLEE_ORDER[turn % CALLEE_ORDER.length] ?? "pleasant";
      const person = await stranger(callee);
      return person === null ? null : arrange(parts, business, person, turn);
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

  /** Somebody who was not called today, also not before a restart; a pleasant one when the wanted kind has run out. */
  async function stranger(callee: DemoCallee): Promise<Person | null> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const number = numbers.take(callee) ?? numbers.take("pleasant");
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

/** The next business in turn that has a request left in this hour; takes it. */
function takeTurn(businesses: OpenBusiness[], turn: number, nowMs: number): OpenBusiness | null {
  for (let step = 0; step < businesses.length; step++) {
    const business = businesses[(turn + step) % businesses.length];
    if (business === undefined) continue;
    business.askedAtMs = business.askedAtMs.filter((atMs) => atMs > nowMs - HOUR_MS);
    const max = business.plan.profile === null ? MAX_PER_HOUR.signIn : MAX_PER_HOUR.others;
    if (business.askedAtMs.length >= max) continue;
    business.askedAtMs.push(nowMs);
    return business;
  }
  return null;
}

/** Goes the way a real consumer and a real business go: number, lead, match, interest, consent. Null when better businesses filled the matches. */
async function arrange(
  parts: DemoWorldParts,
  { plan, caller: business, businessId }: OpenBusiness,
  { caller: consumer, number }: Person,
  turn: number,
): Promise<DemoScenario | null> {
  const round = Math.floor(turn / DEMO_BUSINESSES.length);
  const need = plan.needs[round % plan.needs.length];
  if (need === undefined) throw new TypeError("A demo business has no needs to answer.");
  const { postalCode, timeZone } = number.place;
  await parts.provePhone(consumer.accountId, number.e164);
  const lead = await parts.leads.submit(consumer, { ...need, category: plan.category, postalCode, timeZone });
  const { leadId } = lead;
  const matches = await parts.matchLead(lead);
  if (!matches.some((match) => match.businessId === businessId)) return null;
  await parts.respond(business, { leadId, response: "interested" });
  const agreed = { aiCalls: true, recording: turn % 3 !== 2 } as const;
  await parts.leads.grantConsent(consumer, { leadId, businessIds: [businessId], ...agreed }, {});
  const { accountId, name } = consumer;
  const { objective } = plan;
  return { business, businessId, leadId, objective, consumer: { accountId, name }, callee: number.callee };
}
