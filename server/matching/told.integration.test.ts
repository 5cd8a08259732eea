import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { consumer, createMarketplace, leadRequest, speakerOf } from "#server/matching/marketplace.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

test("who tells people hears of new matches and of interest, not of a refusal", async () => {
  const { leads, matching, addBusiness, news } = createMarketplace(database());
  const business = addBusiness();
  const lead = await leads.submit(consumer(), leadRequest);
  await matching.matchLead(lead);
  const late = addBusiness();
  await matching.matchBusiness(late.businessId);
  expect([...new Set(news)]).toEqual([`matched ${business.businessId}`, `matched ${late.businessId}`]);
  news.length = 0;
  const { leadId } = lead;
  await matching.respond(speakerOf(business), { leadId, response: "declined" });
  await matching.respond(speakerOf(business), { leadId, response: "interested" });
  expect(news).toEqual([`interested ${business.businessId}`]);
});
