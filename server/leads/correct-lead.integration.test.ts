import type { LeadClassification } from "#server/analyst/analyst.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { consumer, createMarketplace, leadRequest, speakerOf } from "#server/matching/marketplace.suite.ts";
import type { Category, Urgency } from "#shared/lead.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const database = useTestDatabase();
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
const answerAbout = (description: string): LeadClassification => ({
  category: "heating",
  urgency: "now",
  summary: `About: ${description}`,
  keywords: ["boiler"],
  confidence: 0.9,
  openQuestions: ["Which floor?"],
});

test("[LE8] new words are classified anew; what the consumer named stays", async () => {
  const { leads } = createMarketplace(database(), async ({ description }) => ({
    kind: "done",
    value: answerAbout(description),
    usage,
  }));
  const caller = consumer();
  const { leadId } = await leads.submit(caller, {
    ...leadRequest,
    category: "plumbing",
    urgency: "flexible",
  });
  await leads.idle();
  const corrected = await leads.correct(caller, { leadId, description: "The boiler is cold since noon." });
  expect(corrected).toMatchObject({ category: "plumbing", urgency: "flexible", classifiedBy: "consumer" });
  await leads.idle();
  expect(await leads.get(caller, leadId)).toMatchObject({
    summary: "About: The boiler is cold since noon.",
    openQuestions: ["Which floor?"],
    category: "plumbing",
  });
  const sorted = await leads.submit(caller, leadRequest);
  expect(sorted).toMatchObject({ category: "heating", classifiedBy: "analyst", confidence: 0.9 });
});

test("[LE8] an answer of the analyst about older words is not stored", async () => {
  const first = Promise.withResolvers<void>();
  const { leads } = createMarketplace(database(), async ({ description }) => {
    if (description === leadRequest.description) await first.promise;
    return { kind: "done", value: answerAbout(description), usage };
  });
  const caller = consumer();
  const { leadId } = await leads.submit(caller, { ...leadRequest, category: "plumbing" });
  await leads.correct(caller, { leadId, description: "The boiler is cold since noon." });
  await expect
    .poll(async () => (await leads.get(caller, leadId)).summary, { timeout: 20_000 })
    .toContain("since noon");
  first.resolve();
  await leads.idle();
  expect((await leads.get(caller, leadId)).summary).toBe("About: The boiler is cold since noon.");
});

test("[LE8] corrections at once: each named field has one of the values given, a named category is the consumer's", async () => {
  const description = fc.constantFrom("The roof leaks badly today.", "The furnace is cold again.");
  const correction = fc.record(
    {
      description,
      category: fc.constantFrom<Category>("legal", "moving"),
      urgency: fc.constantFrom<Urgency>("now", "flexible"),
      budgetCents: fc.integer({ min: 1, max: 9999 }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(correction, { minLength: 1, maxLength: 4 }), async (corrections) => {
      const { leads } = createMarketplace(database());
      const caller = consumer();
      const { leadId } = await leads.submit(caller, leadRequest);
      await Promise.all(corrections.map((one) => leads.correct(caller, { leadId, ...one })));
      const after = await leads.get(caller, leadId);
      const named = corrections.flatMap(({ category }) => category ?? []);
      if (named.length === 0) expect(after.classifiedBy).toBe("rules");
      else
        expect([named.includes(after.category as "legal"), after.classifiedBy]).toEqual([true, "consumer"]);
      const budgets = corrections.flatMap(({ budgetCents }) => budgetCents ?? []);
      expect(budgets.length === 0 ? [null] : budgets).toContain(after.budgetCents);
      const words = corrections.flatMap((one) => one.description ?? []);
      expect(words.length === 0 ? [leadRequest.description] : words).toContain(after.description);
    }),
    { numRuns: 25 },
  );
});

test("[LE9] after a correction answers and consents stay, and only unanswered misfits lose the lead", async () => {
  const market = createMarketplace(database());
  const { leads, matching, addBusiness } = market;
  const [answered, allowed, misfit, lawyer] = [
    addBusiness(),
    addBusiness(),
    addBusiness(),
    addBusiness({ categories: ["legal"] }),
  ];
  const caller = consumer();
  const lead = await leads.submit(caller, leadRequest);
  const { leadId } = lead;
  await matching.matchLead(lead);
  await matching.respond(speakerOf(answered), { leadId, response: "interested" });
  const consent = { leadId, businessIds: [allowed.businessId], aiCalls: true as const, recording: false };
  await leads.grantConsent(caller, consent, {});
  const matches = await matching.rematchLead(await leads.correct(caller, { leadId, category: "legal" }));
  expect(new Map(matches.map((match) => [match.businessId, match.status]))).toEqual(
    new Map([
      [answered.businessId, "interested"],
      [allowed.businessId, "pending"],
      [lawyer.businessId, "pending"],
    ]),
  );
  expect(await matching.matchFor(leadId, misfit.businessId)).toBeNull();
  expect(matches.find((match) => match.businessId === allowed.businessId)?.consent.aiCalls).toBe(true);
});

test("[LE10] no call can be asked for about a closed lead", async () => {
  const { leads } = createMarketplace(database());
  const caller = consumer();
  const { leadId } = await leads.submit(caller, leadRequest);
  expect(await leads.forCall(leadId)).toMatchObject({ leadId });
  await leads.close(caller, leadId);
  expect(await leads.forCall(leadId)).toBeNull();
});
