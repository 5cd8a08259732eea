import type { Caller } from "#server/accounts/caller.ts";
import { DEMO_PEOPLE, DEMO_PHONE } from "#server/accounts/demo-people.ts";
import { stateOfZip } from "#server/compliance/callee-places.ts";
import { forbiddenBy, type QuietHours } from "#server/compliance/quiet-hours.ts";
import { hourRules } from "#server/compliance/state-hours.ts";
import { firstClassification } from "#server/leads/classify.ts";
import { CALLEES } from "#server/leads/demo-callees.ts";
import { createDemoWorld, type DemoScenario, type DemoWorldParts } from "#server/leads/demo.ts";
import type { MatchableLead } from "#server/leads/leads.ts";
import { systemClock, type Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { updateBusinessProfileSchema } from "#shared/business.ts";
import { expect, test } from "vitest";

const QUIET: QuietHours = { startHour: 20, endHour: 9 };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A marketplace in memory: everybody may do everything, and it notes what was asked of it. */
function createMarket(startMs: number) {
  const now = { ms: startMs };
  const clock: Clock = { ...systemClock, nowMs: () => now.ms };
  const accounts = new Map<string, Caller>();
  const phones = new Map<string, string>();
  const suppressed = new Set<string>();
  const leads: MatchableLead[] = [];
  const steps: string[] = [];

  const parts: DemoWorldParts = {
    clock,
    quietHours: QUIET,
    seed: 0,
    async createDemoAccount({ email, name, role }) {
      const businessId = role === "business" ? newId("biz") : null;
      const account = accounts.get(email) ?? {
        accountId: `account of ${email}`,
        name,
        email,
        role,
        businessId,
      };
      accounts.set(email, account);
      return account;
    },
    saveProfile: async (business, profile) => {
      updateBusinessProfileSchema.parse(profile);
      steps.push(`profile of ${business.email}`);
    },
    provePhone: async (accountId, e164) => {
      steps.push("phone");
      phones.set(accountId, e164);
    },
    isSuppressed: async (e164) => suppressed.has(e164),
    leads: {
      async submit(caller, { description, category = "other", postalCode, timeZone, urgency = "flexible" }) {
        steps.push("lead");
        const who = { leadId: newId("lead"), consumerId: caller.accountId, consumerName: caller.name };
        const what = { description, category, urgency, postalCode, timeZone, budgetCents: null };
        const found = firstClassification({ description, category, urgency });
        const lead: MatchableLead = {
          ...who,
          ...what,
          ...found,
          status: "open",
          createdAt: new Date(now.ms),
        };
        leads.push(lead);
        return lead;
      },
      async list(caller) {
        const own = leads.filter((lead) => lead.consumerId === caller.accountId).toReversed();
        return own.map((lead) => ({ ...lead, createdAt: lead.createdAt.toISOString() }));
      },
      async grantConsent(_consumer, { businessIds }) {
        steps.push("consent");
        return { granted: businessIds.length };
      },
    },
    async matchLead() {
      steps.push("match");
      return [...accounts.values()].flatMap(({ businessId }) =>
        businessId === null ? [] : [{ businessId }],
      );
    },
    respond: async () => {
      steps.push("interested");
    },
  };
  const phoneOf = ({ consumer }: DemoScenario) => phones.get(consumer.accountId) ?? "";
  const leadOf = ({ leadId }: DemoScenario) => leads.find((lead) => lead.leadId === leadId);
  return { parts, now, suppressed, steps, phoneOf, leadOf };
}

const AFTERNOON_IN_NEW_YORK = Date.parse("2026-05-04T19:00Z");

test("[DE5] a scenario goes the way of real ones, and the first callee is pleasant", async () => {
  const { parts, steps } = createMarket(AFTERNOON_IN_NEW_YORK);
  const world = createDemoWorld(parts);
  await world.prepare();
  expect(new Set(steps).size).toBe(5);
  expect(steps).not.toContain(`profile of ${DEMO_PEOPLE.business.email}`);
  steps.length = 0;
  const scenario = await world.nextScenario();
  expect(steps).toEqual(["phone", "lead", "match", "interested", "consent"]);
  expect(scenario).toMatchObject({ callee: "pleasant", business: { email: DEMO_PEOPLE.business.email } });
  expect(scenario?.objective.length).toBeGreaterThanOrEqual(10);
});

test("[DE1][DE3][DE4] two days without rest: legal at every call, nobody twice a day, nobody who said stop", async () => {
  const { parts, now, suppressed, phoneOf, leadOf } = createMarket(AFTERNOON_IN_NEW_YORK);
  let world = createDemoWorld(parts);
  const calledAtMs = new Map<string, number>();
  const askedAtMs = new Map<string, number[]>();
  let made = 0;
  for (let minute = 0; minute < 2 * 24 * 60; minute += 3) {
    now.ms = AFTERNOON_IN_NEW_YORK + minute * MINUTE_MS;
    if (minute === 24 * 60) world = createDemoWorld(parts);
    const scenario = await world.nextScenario();
    if (scenario === null) continue;
    made++;
    const phone = phoneOf(scenario);
    expect(suppressed.has(phone)).toBe(false);
    expect(phone).not.toBe(DEMO_PHONE);
    expect(now.ms - (calledAtMs.get(phone) ?? 0)).toBeGreaterThanOrEqual(DAY_MS);
    calledAtMs.set(phone, now.ms);
    expect(CALLEES[Number(phone.at(-1))]?.callee).toBe(scenario.callee);
    const { timeZone = "", postalCode = "" } = leadOf(scenario) ?? {};
    const rules = hourRules([{ timeZone, state: stateOfZip(postalCode) }], QUIET);
    expect(forbiddenBy(now.ms, rules)).toBeNull();
    if (scenario.callee === "saysStop") suppressed.add(phone);
    const asked = [...(askedAtMs.get(scenario.businessId) ?? []), now.ms];
    askedAtMs.set(scenario.businessId, asked);
    expect(asked.filter((atMs) => atMs > now.ms - 60 * MINUTE_MS).length).toBeLessThanOrEqual(9);
  }
  expect(made).toBe(2 * 24 * 20);
  expect(suppressed.size).toBeGreaterThan(30);
});

test("[DE4] when every business has used its hour the demo rests, and goes on an hour later", async () => {
  const { parts, now } = createMarket(AFTERNOON_IN_NEW_YORK);
  const world = createDemoWorld(parts);
  const scenarios: DemoScenario[] = [];
  for (let asked = 0; asked < 150; asked++) {
    const scenario = await world.nextScenario();
    if (scenario !== null) scenarios.push(scenario);
  }
  expect(scenarios.length).toBe(4 + 5 * 9);
  now.ms += 60 * MINUTE_MS;
  expect(await world.nextScenario()).not.toBeNull();
});

test("[DE4] a person whose kind has run out is replaced by a pleasant one, and no request is lost over it", async () => {
  const { parts, phoneOf } = createMarket(AFTERNOON_IN_NEW_YORK);
  const world = createDemoWorld({ ...parts, isSuppressed: async (e164) => !/[012]$/.test(e164) });
  const scenarios: DemoScenario[] = [];
  for (let asked = 0; asked < 6; asked++) {
    const scenario = await world.nextScenario();
    if (scenario !== null) scenarios.push(scenario);
  }
  expect(scenarios.map((scenario) => scenario.callee)).toEqual(Array(6).fill("pleasant"));
  expect(new Set(scenarios.map(phoneOf)).size).toBe(6);
});

test("[DE3] two scenarios asked for at once get two people and two businesses", async () => {
  const { parts, phoneOf } = createMarket(AFTERNOON_IN_NEW_YORK);
  const world = createDemoWorld(parts);
  const [first, second] = await Promise.all([world.nextScenario(), world.nextScenario()]);
  expect(first).not.toBeNull();
  expect(second).not.toBeNull();
  if (first === null || second === null) return;
  expect(phoneOf(first)).not.toBe(phoneOf(second));
  expect(first.businessId).not.toBe(second.businessId);
});

test("a lead whose matches went to better businesses is no scenario", async () => {
  const { parts } = createMarket(AFTERNOON_IN_NEW_YORK);
  const world = createDemoWorld({ ...parts, matchLead: async () => [] });
  expect(await world.nextScenario()).toBeNull();
});

test("businesses that could not be opened are opened at the next try", async () => {
  const { parts } = createMarket(AFTERNOON_IN_NEW_YORK);
  let broken = true;
  const world = createDemoWorld({
    ...parts,
    saveProfile: async (business, profile) => {
      if (broken) throw new Error("The database is away.");
      await parts.saveProfile(business, profile);
    },
  });
  await expect(world.prepare()).rejects.toThrow("away");
  broken = false;
  expect(await world.nextScenario()).not.toBeNull();
});
