import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { createBusinessLeadProcedures } from "#server/http/procedures/business-leads.ts";
import { createLeadProcedures } from "#server/http/procedures/lead.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { consumer, createMarketplace, leadRequest, speakerOf } from "#server/matching/marketplace.suite.ts";
import { call } from "@orpc/server";
import { expect, test } from "vitest";

const database = useTestDatabase();

function createProcedures() {
  const market = createMarketplace(database());
  const lead = createLeadProcedures({ ...market, logger: silentLogger });
  return { ...market, lead, business: createBusinessLeadProcedures(market) };
}

test("from asking for help to consent, through the procedures", async () => {
  const { lead, business, addBusiness } = createProcedures();
  const profile = addBusiness();
  const { businessId } = profile;
  const asConsumer = { context: { caller: consumer() } };
  const asBusiness = { context: { caller: speakerOf(profile) } };
  const { leadId, matches } = await call(lead.submit, leadRequest, asConsumer);
  expect(matches).toMatchObject([{ businessId, status: "pending" }]);
  const answer = { leadId, response: "interested" } as const;
  expect(await call(business.respondToMatch, answer, asBusiness)).toEqual({ leadId, status: "interested" });
  const consent = { leadId, businessIds: [businessId], aiCalls: true as const, recording: false };
  expect(await call(lead.grantConsent, consent, asConsumer)).toEqual({ granted: 1 });
  expect(await call(lead.matches, { leadId }, asConsumer)).toMatchObject({
    matches: [{ businessId, status: "interested", consent: { aiCalls: true, recording: false } }],
  });
  expect(await call(lead.list, undefined, asConsumer)).toMatchObject({ leads: [{ leadId }] });
  expect(await call(business.leads, undefined, asBusiness)).toMatchObject({
    leads: [{ leadId, matchStatus: "interested", consent: { aiCalls: true } }],
  });
});

test("nobody, the wrong role, foreign leads and unmatched leads are refused by the contract's codes", async () => {
  const { lead, business, addBusiness } = createProcedures();
  const asConsumer = { context: { caller: consumer() } };
  const asBusiness = { context: { caller: speakerOf(addBusiness({ categories: ["legal"] })) } };
  const { leadId } = await call(lead.submit, leadRequest, { context: { caller: consumer() } });
  const answer = { leadId, response: "interested" } as const;
  await expect(call(lead.submit, leadRequest, { context: { caller: null } })).rejects.toMatchObject({
    status: 401,
  });
  await expect(call(lead.submit, leadRequest, asBusiness)).rejects.toMatchObject({ status: 403 });
  await expect(call(business.leads, undefined, asConsumer)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(call(lead.matches, { leadId }, asConsumer)).rejects.toMatchObject({
    code: "NOT_FOUND",
    status: 404,
  });
  await expect(call(business.respondToMatch, answer, asBusiness)).rejects.toMatchObject({
    code: "NOT_MATCHED",
    status: 409,
  });
});

test("[MA5] a lead that could not be matched is kept and answered without matches", async () => {
  const market = createMarketplace(database());
  const matching = {
    ...market.matching,
    matchLead: () => Promise.reject(new Error("The database is away.")),
  };
  const lead = createLeadProcedures({ leads: market.leads, matching, logger: silentLogger });
  const context = { caller: consumer() };
  const { leadId, matches } = await call(lead.submit, leadRequest, { context });
  expect(matches).toEqual([]);
  expect(await call(lead.list, undefined, { context })).toMatchObject({ leads: [{ leadId }] });
});
