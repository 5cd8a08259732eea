import type { Caller } from "#server/accounts/caller.ts";
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
  const uncovered: unknown[] = [];
  const cancelUncovered = async (_caller: Caller, about: unknown) => uncovered.push(about);
  const lead = createLeadProcedures({ ...market, cancelUncovered, logger: silentLogger });
  return { ...market, uncovered, lead, business: createBusinessLeadProcedures(market) };
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
  const cancelUncovered = async () => 0;
  const lead = createLeadProcedures({ leads: market.leads, matching, cancelUncovered, logger: silentLogger });
  const context = { caller: consumer() };
  const { leadId, matches } = await call(lead.submit, leadRequest, { context });
  expect(matches).toEqual([]);
  expect(await call(lead.list, undefined, { context })).toMatchObject({ leads: [{ leadId }] });
});

test("[LE8][LE9][LE10] reading, correcting, taking consent back and closing, through the procedures", async () => {
  const { lead, business, addBusiness, uncovered } = createProcedures();
  const [plumber, lawyer] = [addBusiness(), addBusiness({ categories: ["legal"] })];
  const asConsumer = { context: { caller: consumer(), ip: "192.0.2.9" } };
  const { leadId } = await call(lead.submit, leadRequest, asConsumer);
  expect(await call(lead.get, { leadId }, asConsumer)).toMatchObject({
    category: "plumbing",
    classifiedBy: "rules",
    summary: "The kitchen sink leaks.",
    confidence: null,
  });
  const corrected = await call(lead.correct, { leadId, category: "legal", budgetCents: 9000 }, asConsumer);
  expect(corrected).toMatchObject({ category: "legal", classifiedBy: "consumer", budgetCents: 9000 });
  const { matches } = await call(lead.matches, { leadId }, asConsumer);
  expect(matches.map(({ businessId }) => businessId)).toEqual([lawyer.businessId]);
  const [inbox] = (await call(business.leads, undefined, { context: { caller: speakerOf(lawyer) } })).leads;
  expect(inbox).toMatchObject({ leadId, classifiedBy: "consumer", openQuestions: [] });
  expect(await call(business.leads, undefined, { context: { caller: speakerOf(plumber) } })).toMatchObject({
    leads: [],
    counts: { new: 0, done: 0 },
  });
  const revoked = { leadId, businessIds: [lawyer.businessId] };
  expect(await call(lead.revokeConsent, revoked, asConsumer)).toEqual({ revoked: 1, callsCancelled: 1 });
  expect(uncovered).toEqual([revoked]);
  for (const _twice of [1, 2]) {
    expect(await call(lead.close, { leadId }, asConsumer)).toMatchObject({ leadId, status: "closed" });
  }
  await expect(call(lead.correct, { leadId, urgency: "now" }, asConsumer)).rejects.toMatchObject({
    code: "NOT_POSSIBLE",
    status: 409,
  });
  const stranger = { context: { caller: consumer() } };
  for (const read of [lead.get, lead.close, lead.correct]) {
    await expect(call(read, { leadId }, stranger)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
  await expect(call(lead.revokeConsent, revoked, stranger)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
