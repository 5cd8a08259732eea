import type { Caller } from "#server/accounts/caller.ts";
import { DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { stateOfZip } from "#server/compliance/callee-places.ts";
import { forbiddenBy, type QuietHours } from "#server/compliance/quiet-hours.ts";
import { hourRules } from "#server/compliance/state-hours.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { createDemoWorld } from "#server/leads/demo.ts";
import { newId } from "#server/lib/ids.ts";
import { systemClock } from "#server/lib/clock.ts";
import { createMarketplace } from "#server/matching/marketplace.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const QUIET: QuietHours = { startHour: 20, endHour: 9 };

test("[DE5] on the real marketplace each scenario is ready to be asked for", async () => {
  const market = createMarketplace(database());
  const accounts = new Map<string, Caller>();
  const known = { name: "Brightline", businessId: newId("biz") };
  market.addBusiness({ ...known, categories: ["roofing", "plumbing"], postalCodes: [] });

  const world = createDemoWorld({
    clock: { ...systemClock, nowMs: () => market.now.ms },
    quietHours: QUIET,
    seed: 7,
    async createDemoAccount({ email, name, role }) {
      const isKnown = email === DEMO_PEOPLE.business.email;
      const businessId = role === "consumer" ? null : isKnown ? known.businessId : newId("biz");
      const caller = accounts.get(email) ?? { accountId: newId("tok"), name, email, role, businessId };
      accounts.set(email, caller);
      return caller;
    },
    saveProfile: async ({ businessId }, profile) => {
      if (businessId === null) throw new TypeError("Only businesses have a profile.");
      const { name, legalName = name, categories = [] } = profile;
      market.addBusiness({ businessId, name, legalName, categories, postalCodes: [] });
    },
    provePhone: async (accountId, e164) => void market.phones.set(accountId, e164),
    isSuppressed: async () => false,
    leads: market.leads,
    matchLead: market.matching.matchLead,
    respond: market.matching.respond,
  });

  for (let made = 0; made < 12; made++) {
    const scenario = await world.nextScenario();
    if (scenario === null) throw new Error("The demo rests too early.");
    const { leadId, businessId, business, consumer } = scenario;
    expect(await market.matching.matchFor(leadId, businessId)).toMatchObject({ status: "interested" });
    expect(await market.consents.consentFor(leadId, businessId)).toMatchObject({ aiCalls: true });
    const lead = await market.leads.forCall(leadId);
    expect(lead).toMatchObject({
      consumerId: consumer.accountId,
      consumerName: consumer.name,
      status: "open",
    });
    const { timeZone = "", postalCode = "" } = lead ?? {};
    const rules = hourRules([{ timeZone, state: stateOfZip(postalCode) }], QUIET);
    expect(forbiddenBy(market.now.ms, rules)).toBeNull();
    expect(market.phones.has(consumer.accountId)).toBe(true);
    const { leads: inbox } = await market.matching.leadsOfBusiness(business, { limit: 100 });
    expect(inbox.map((found) => found.leadId)).toContain(leadId);
  }
});
