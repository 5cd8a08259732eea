import type { LeadClassification } from "#server/analyst/analyst.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import type { LeadDocument } from "#server/leads/lead-store.ts";
import { Failure } from "#server/lib/failure.ts";
import {
  consumer,
  createMarketplace,
  leadRequest,
  type Classify,
} from "#server/matching/marketplace.suite.ts";
import { leadSchema } from "#shared/lead.ts";
import { describe, expect, test, vi } from "vitest";

const database = useTestDatabase();
const stored = (leadId: string) => database().db.collection<LeadDocument>("leads").findOne({ _id: leadId });

const answer: LeadClassification = {
  category: "legal",
  urgency: "now",
  summary: "Needs a lawyer.",
  keywords: ["lawyer"],
  confidence: 0.9,
  openQuestions: ["By when?"],
};
const words = { summary: answer.summary, keywords: answer.keywords, openQuestions: answer.openQuestions };
const usage = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };
const answers: Classify = async () => ({ kind: "done", value: answer, usage });

describe("submit", () => {
  test("[LE1] the lead is stored before the analyst is asked", async () => {
    const seen: (string | undefined)[] = [];
    const { leads } = createMarketplace(database(), async () => {
      const all = await database()
        .db.collection<LeadDocument>("leads")
        .find({ consumerId: caller.accountId })
        .toArray();
      seen.push(...all.map((lead) => lead.category));
      return { kind: "done", value: answer, usage };
    });
    const caller = consumer();
    await leads.submit(caller, leadRequest);
    expect(seen).toEqual(["plumbing"]);
  });

  test("[LE3] the analyst's answer is used and stored when it comes in time", async () => {
    const { leads, timers } = createMarketplace(database(), answers);
    const lead = await leads.submit(consumer(), leadRequest);
    expect(lead).toMatchObject({ category: "legal", urgency: "now", status: "open" });
    expect(await stored(lead.leadId)).toMatchObject({
      ...words,
      category: "legal",
      urgency: "now",
      classifiedBy: "analyst",
      confidence: 0.9,
    });
    expect(timers.size).toBe(0);
  });

  test.each<[string, Classify]>([
    ["is away", async () => ({ kind: "unavailable", reason: "busy", retryAfterMs: 1000 })],
    ["refuses", async () => ({ kind: "unusable", reason: "refusal", usage: null })],
    ["has no key", async () => ({ kind: "fatal", reason: "key" })],
    ["throws", () => Promise.reject(new Error("broken"))],
  ])("[LE3] an analyst that %s leaves the rules' answer", async (_, classify) => {
    const { leads } = createMarketplace(database(), classify);
    const lead = await leads.submit(consumer(), leadRequest);
    expect(lead).toMatchObject({ category: "plumbing", urgency: "this_week" });
    const summary = "The kitchen sink leaks.";
    expect(await stored(lead.leadId)).toMatchObject({
      category: "plumbing",
      summary,
      classifiedBy: "rules",
      confidence: null,
    });
  });

  test("[LE3][LE4] a late answer only changes the words", async () => {
    const late = Promise.withResolvers<Awaited<ReturnType<Classify>>>();
    const { leads, timers, fireTimers } = createMarketplace(database(), () => late.promise);
    const submitted = leads.submit(consumer(), leadRequest);
    await vi.waitFor(() => expect(timers.size).toBe(1), { interval: 1, timeout: 20_000 });
    fireTimers();
    const lead = await submitted;
    expect(lead).toMatchObject({ category: "plumbing", urgency: "this_week" });
    late.resolve({ kind: "done", value: answer, usage });
    await leads.idle();
    expect(await stored(lead.leadId)).toMatchObject({
      ...words,
      category: "plumbing",
      urgency: "this_week",
      classifiedBy: "rules",
    });
  });

  test("[LE2][LE4] with a given category nobody waits, and only the words change", async () => {
    const late = Promise.withResolvers<Awaited<ReturnType<Classify>>>();
    const { leads } = createMarketplace(database(), () => late.promise);
    const lead = await leads.submit(consumer(), { ...leadRequest, category: "cleaning", budgetCents: 5000 });
    expect(lead).toMatchObject({ category: "cleaning", budgetCents: 5000 });
    late.resolve({ kind: "done", value: answer, usage });
    await leads.idle();
    expect(await stored(lead.leadId)).toMatchObject({
      ...words,
      category: "cleaning",
      classifiedBy: "consumer",
    });
  });

  test("[LE5] the 51st open question is not asked", async () => {
    const never = Promise.withResolvers<Awaited<ReturnType<Classify>>>();
    let asked = 0;
    const { leads } = createMarketplace(database(), () => {
      asked++;
      return never.promise;
    });
    const caller = consumer();
    for (let sent = 0; sent < 52; sent++)
      await leads.submit(caller, { ...leadRequest, category: "plumbing" });
    expect(asked).toBe(50);
    never.resolve({ kind: "unavailable", reason: "test over", retryAfterMs: null });
    await leads.idle();
  });
});

describe("[LE6] a consumer's leads", () => {
  test("are listed newest first, and only their own", async () => {
    const { leads, now } = createMarketplace(database());
    const [ada, ben] = [consumer(), consumer("Ben Quill")];
    const first = await leads.submit(ada, leadRequest);
    now.ms += 1000;
    const second = await leads.submit(ada, leadRequest);
    await leads.submit(ben, leadRequest);
    const listed = await leads.list(ada);
    expect(listed.map((lead) => lead.leadId)).toEqual([second.leadId, first.leadId]);
    expect(listed.map((lead) => leadSchema.parse(lead))).toEqual(listed);
  });

  test("foreign and unknown ids get the same answer", async () => {
    const { leads } = createMarketplace(database());
    const lead = await leads.submit(consumer(), leadRequest);
    const stranger = consumer("Ben Quill");
    const consent = { businessIds: ["biz_00000000"], aiCalls: true as const, recording: false };
    for (const leadId of [lead.leadId, "lead_00000000"]) {
      await expect(leads.ofConsumer(stranger, leadId)).rejects.toEqual(new Failure("NOT_FOUND"));
      await expect(leads.grantConsent(stranger, { leadId, ...consent }, {})).rejects.toEqual(
        new Failure("NOT_FOUND"),
      );
    }
  });

  test("a call gets what it needs of the lead and nothing else", async () => {
    const { leads } = createMarketplace(database());
    const caller = consumer();
    const { leadId } = await leads.submit(caller, leadRequest);
    expect(await leads.forCall(leadId)).toEqual({
      leadId,
      consumerId: caller.accountId,
      consumerName: caller.name,
      description: leadRequest.description,
      category: "plumbing",
      summary: "The kitchen sink leaks.",
      timeZone: leadRequest.timeZone,
      postalCode: leadRequest.postalCode,
      status: "open",
    });
    expect(await leads.forCall("lead_00000000")).toBeNull();
  });
});

describe("[LE7] consent", () => {
  async function matchedLead() {
    const market = createMarketplace(database());
    const caller = consumer();
    const businesses = [market.addBusiness(), market.addBusiness({ legalName: "Pipes Inc." })];
    const lead = await market.leads.submit(caller, leadRequest);
    await market.matching.matchLead(lead);
    const businessIds = businesses.map((business) => business.businessId);
    return { ...market, caller, leadId: lead.leadId, businessIds };
  }
  const receipts = (leadId: string) =>
    database().db.collection("consents").find({ leadId }).sort({ _id: 1 }).toArray();

  test("covers the named businesses, each by its legal name", async () => {
    const { leads, caller, leadId, businessIds } = await matchedLead();
    const request = {
      leadId,
      businessIds: [...businessIds, ...businessIds],
      aiCalls: true as const,
      recording: false,
    };
    expect(await leads.grantConsent(caller, request, { ip: "192.0.2.7" })).toEqual({ granted: 2 });
    const stored = await receipts(leadId);
    expect(stored.map((receipt) => receipt["businessId"])).toEqual(businessIds);
    expect(stored[1]).toMatchObject({
      kind: "aiCalls",
      granted: true,
      ip: "192.0.2.7",
      consumerId: caller.accountId,
    });
    expect(stored[1]?.["text"]).toContain("Pipes Inc.");
  });

  test("for a business that was not matched is refused, and nothing is stored", async () => {
    const { leads, caller, leadId, businessIds, addBusiness } = await matchedLead();
    const other = addBusiness({ categories: ["legal"] });
    const request = {
      leadId,
      businessIds: [...businessIds, other.businessId],
      aiCalls: true as const,
      recording: false,
    };
    await expect(leads.grantConsent(caller, request, {})).rejects.toEqual(new Failure("NOT_FOUND"));
    expect(await receipts(leadId)).toEqual([]);
  });

  test("repeated adds no receipt; recording left unticked takes an earlier yes back; all of it can be taken back", async () => {
    const { leads, consents, caller, leadId, businessIds } = await matchedLead();
    const [businessId = ""] = businessIds;
    const request = { leadId, businessIds: [businessId], aiCalls: true as const };
    await leads.grantConsent(caller, { ...request, recording: true }, {});
    await leads.grantConsent(caller, { ...request, recording: true }, {});
    expect(await receipts(leadId)).toHaveLength(2);
    await leads.grantConsent(caller, { ...request, recording: false }, {});
    expect(await consents.consentFor(leadId, businessId)).toEqual({ aiCalls: true, recording: false });
    expect(await leads.revokeConsent(caller, { leadId, businessIds }, {})).toEqual({ revoked: 2 });
    expect(await consents.consentFor(leadId, businessId)).toEqual({ aiCalls: false, recording: false });
    expect(await receipts(leadId)).toHaveLength(4);
  });
});

test("[LE7] taking consent back also ends consent for one call; again it adds no receipt", async () => {
  const { leads, matching, consents, addBusiness, now } = createMarketplace(database());
  const caller = consumer();
  const { businessId, legalName } = addBusiness();
  const lead = await leads.submit(caller, leadRequest);
  const { leadId } = lead;
  await matching.matchLead(lead);
  const about = { leadId, consumerId: caller.accountId, businessId, legalName };
  await consents.record([{ ...about, aiCalls: true, callId: "call_callback1" }]);
  expect((await consents.consentFor(leadId, businessId, "call_callback1")).aiCalls).toBe(true);
  now.ms += 1000;
  for (const _twice of [1, 2]) await leads.revokeConsent(caller, { leadId, businessIds: [businessId] }, {});
  expect((await consents.consentFor(leadId, businessId, "call_callback1")).aiCalls).toBe(false);
  expect(await database().db.collection("consents").countDocuments({ leadId })).toBe(2);
});
