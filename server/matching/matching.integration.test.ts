import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { consumer, createMarketplace, leadRequest, speakerOf } from "#server/matching/marketplace.suite.ts";
import { businessLeadSchema, consumerMatchSchema } from "#shared/lead.ts";
import { describe, expect, test, vi } from "vitest";

const database = useTestDatabase();
const ALL = { limit: 100 };
const matchesOf = (leadId: string) => database().db.collection("matches").find({ leadId }).toArray();

describe("[MA3] a new lead", () => {
  test("is matched to the best 20 complete businesses", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    for (let added = 0; added < 23; added++) addBusiness({ postalCodes: [] });
    addBusiness({ complete: false });
    addBusiness({ postalCodes: ["9"] });
    const best = addBusiness({ name: "Next Door", postalCodes: ["11201"] });
    const lead = await leads.submit(consumer(), leadRequest);
    const matches = await matching.matchLead(lead);
    expect(matches).toHaveLength(20);
    expect(matches[0]).toEqual({
      businessId: best.businessId,
      businessName: "Next Door",
      legalName: "Clearwater LLC",
      score: 100,
      reasons: expect.arrayContaining(["Serves 11201"]),
      status: "pending",
      consent: { aiCalls: false, recording: false },
    });
    expect(matches.map((match) => consumerMatchSchema.parse(match))).toEqual(matches);
  });

  test("that is matched again, even twice at once, has each business once and keeps its answers", async () => {
    const { leads, matching, addBusiness, profiles } = createMarketplace(database());
    const business = addBusiness();
    addBusiness();
    const lead = await leads.submit(consumer(), leadRequest);
    await Promise.all([matching.matchLead(lead), matching.matchLead(lead)]);
    await matching.respond(speakerOf(business), { leadId: lead.leadId, response: "interested" });
    profiles.set(business.businessId, { ...business, postalCodes: ["11201"] });
    await matching.matchLead(lead);
    expect(await matchesOf(lead.leadId)).toHaveLength(2);
    expect(await matching.matchFor(lead.leadId, business.businessId)).toEqual({
      status: "interested",
      score: 100,
    });
  });

  test("that nobody serves has no matches", async () => {
    const { leads, matching } = createMarketplace(database());
    expect(await matching.matchLead(await leads.submit(consumer(), leadRequest))).toEqual([]);
  });
});

describe("[MA4] a business whose profile is saved later", () => {
  test("is offered open leads that fit", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const lead = await leads.submit(consumer(), leadRequest);
    const far = await leads.submit(consumer(), { ...leadRequest, postalCode: "90012" });
    const other = await leads.submit(consumer(), { ...leadRequest, category: "legal" });
    const business = addBusiness();
    expect(await matching.matchBusiness(business.businessId)).toBeGreaterThan(0);
    expect(await matching.matchFor(lead.leadId, business.businessId)).toMatchObject({ status: "pending" });
    expect(await matching.matchFor(far.leadId, business.businessId)).toBeNull();
    expect(await matching.matchFor(other.leadId, business.businessId)).toBeNull();
  });

  test("is not offered closed, old or full leads, and nothing while its profile is not saved", async () => {
    const { leads, matching, addBusiness, now } = createMarketplace(database());
    const old = await leads.submit(consumer(), leadRequest);
    now.ms += 31 * 24 * 3_600_000;
    const closed = await leads.submit(consumer(), leadRequest);
    await database()
      .db.collection<{ _id: string }>("leads")
      .updateOne({ _id: closed.leadId }, { $set: { status: "closed" } });
    for (let added = 0; added < 20; added++) addBusiness();
    const full = await leads.submit(consumer(), leadRequest);
    await matching.matchLead(full);
    const business = addBusiness();
    await matching.matchBusiness(business.businessId);
    for (const { leadId } of [old, closed, full]) {
      expect(await matching.matchFor(leadId, business.businessId)).toBeNull();
    }
    expect(await matching.matchBusiness(addBusiness({ complete: false }).businessId)).toBe(0);
    expect(await matching.matchBusiness("biz_00000000")).toBe(0);
  });
});

describe("[MA5] a consumer", () => {
  test("sees answers and consent as they stand, and nobody else does", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const caller = consumer();
    const { businessId, ...business } = addBusiness();
    const lead = await leads.submit(caller, leadRequest);
    const { leadId } = lead;
    await matching.matchLead(lead);
    await leads.grantConsent(
      caller,
      { leadId, businessIds: [businessId], aiCalls: true, recording: true },
      {},
    );
    await matching.respond(speakerOf({ businessId, ...business }), { leadId, response: "declined" });
    expect(await matching.matchesOfLead(caller, leadId)).toMatchObject([
      { businessId, status: "declined", consent: { aiCalls: true, recording: true } },
    ]);
    await expect(matching.matchesOfLead(consumer(), leadId)).rejects.toEqual(new Failure("NOT_FOUND"));
    await expect(matching.matchesOfLead(caller, "lead_00000000")).rejects.toEqual(new Failure("NOT_FOUND"));
  });

  test("whose lead could not be matched at first finds matches later", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const caller = consumer();
    const { leadId } = await leads.submit(caller, leadRequest);
    const { businessId } = addBusiness();
    expect(await matching.matchesOfLead(caller, leadId)).toMatchObject([{ businessId }]);
  });
});

describe("[MA6] a business's inbox", () => {
  test("[UI32] shows its own open leads, newest first, with the number masked, the budget, and consent for this business", async () => {
    const { leads, matching, addBusiness, phones } = createMarketplace(database());
    const business = addBusiness();
    const other = addBusiness();
    const caller = consumer();
    phones.set(caller.accountId, "•••• 0123");
    const first = await leads.submit(caller, { ...leadRequest, budgetCents: 40_000 });
    await matching.matchLead(first);
    const second = await leads.submit(consumer("Ben Quill"), leadRequest);
    await matching.matchLead(second);
    const { leadId } = first;
    await leads.grantConsent(
      caller,
      { leadId, businessIds: [other.businessId], aiCalls: true, recording: false },
      {},
    );
    const { leads: inbox } = await matching.leadsOfBusiness(speakerOf(business), ALL);
    expect(inbox.map((lead) => businessLeadSchema.parse(lead))).toEqual(inbox);
    expect(inbox).toMatchObject([
      { leadId: second.leadId, consumerName: "Ben Quill", consumerPhone: null, budgetCents: null },
      {
        leadId,
        consumerPhone: "•••• 0123",
        budgetCents: 40_000,
        matchStatus: "pending",
        consent: { aiCalls: false },
      },
    ]);
    expect((await matching.leadsOfBusiness(speakerOf(other), ALL)).leads).toMatchObject([
      {},
      { consent: { aiCalls: true } },
    ]);
    expect((await matching.leadsOfBusiness(consumer(), ALL)).leads).toEqual([]);
  });

  test("leaves closed leads out", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const business = addBusiness();
    const lead = await leads.submit(consumer(), leadRequest);
    await matching.matchLead(lead);
    await database()
      .db.collection<{ _id: string }>("leads")
      .updateOne({ _id: lead.leadId }, { $set: { status: "closed" } });
    expect((await matching.leadsOfBusiness(speakerOf(business), ALL)).leads).toEqual([]);
  });
});

describe("[MA9] the views of an inbox", () => {
  /** A business with five new, two interested, one declined and one closed lead. */
  async function filledInbox() {
    const market = createMarketplace(database());
    const { leads, matching, addBusiness } = market;
    const speaker = speakerOf(addBusiness());
    const leadIds: string[] = [];
    for (let made = 0; made < 9; made++) {
      const lead = await leads.submit(consumer(), leadRequest);
      await matching.matchLead(lead);
      leadIds.push(lead.leadId);
    }
    const [one = "", two = "", three = "", four = ""] = leadIds;
    await matching.respond(speaker, { leadId: one, response: "interested" });
    await matching.respond(speaker, { leadId: two, response: "interested" });
    await matching.respond(speaker, { leadId: three, response: "declined" });
    await database()
      .db.collection<{ _id: string }>("leads")
      .updateOne({ _id: four }, { $set: { status: "closed" } });
    await matching.closeLead(four);
    const ids = async (page: Parameters<typeof matching.leadsOfBusiness>[1]) => {
      const { leads: found, next } = await matching.leadsOfBusiness(speaker, page);
      return { ids: found.map((lead) => lead.leadId), next };
    };
    return { ...market, speaker, leadIds, ids };
  }

  test("are what waits, what we want, and what is over; counts go with them", async () => {
    const { matching, speaker, leadIds, ids } = await filledInbox();
    const [one, two, three, four, ...fresh] = leadIds;
    expect((await ids({ view: "new", limit: 100 })).ids).toEqual(fresh.toReversed());
    expect((await ids({ view: "interested", limit: 100 })).ids).toEqual([two, one]);
    expect((await ids({ view: "done", limit: 100 })).ids).toEqual([four, three]);
    expect((await ids(ALL)).ids).toEqual([...fresh.toReversed(), three, two, one]);
    const { counts } = await matching.leadsOfBusiness(speaker, ALL);
    expect(counts).toEqual({ new: 5, interested: 2, done: 2 });
  });

  test("come in pages that together are the whole, each lead once", async () => {
    const { leadIds, ids } = await filledInbox();
    const expected = leadIds.filter((_, index) => index !== 3).toReversed();
    const seen: string[] = [];
    let before: string | undefined;
    for (let page = 0; page < 4; page++) {
      const found = await ids({ limit: 3, before });
      seen.push(...found.ids);
      if (found.next === null) break;
      before = found.next;
    }
    expect(seen).toEqual(expected);
    expect((await ids({ limit: 8 })).next).toBeNull();
  });

  test("a closed lead leaves its views also when it is answered afterwards", async () => {
    const { matching, speaker, leadIds, ids } = await filledInbox();
    await matching.respond(speaker, { leadId: leadIds[3] ?? "", response: "interested" });
    expect((await ids({ view: "interested", limit: 100 })).ids).not.toContain(leadIds[3]);
    expect((await ids({ view: "done", limit: 100 })).ids).toContain(leadIds[3]);
  });
});

describe("[MA10] capacity", () => {
  test("a business with calls that are not over comes after an equal one without, and says so", async () => {
    const { leads, matching, addBusiness, openCalls } = createMarketplace(database());
    const [busy, free] = [addBusiness(), addBusiness()];
    openCalls.set(busy.businessId, 5);
    const matches = await matching.matchLead(await leads.submit(consumer(), leadRequest));
    expect(matches.map((match) => match.businessId)).toEqual([free.businessId, busy.businessId]);
    expect(matches[0]?.reasons).toContain("Had nobody waiting");
    expect(matches[1]?.reasons).toContain("Had time for more");
  });
});

describe("[MA8] news of a lead", () => {
  test("go to its consumer and the businesses it was matched to: matches, answers, consents", async () => {
    const market = createMarketplace(database());
    const { leads, matching, addBusiness, changes } = market;
    const [one, two] = [addBusiness(), addBusiness()];
    addBusiness({ categories: ["legal"] });
    const caller = consumer();
    const lead = await leads.submit(caller, leadRequest);
    const { leadId } = lead;
    const both = [one.businessId, two.businessId].toSorted();
    const news = async (count: number) => {
      await vi.waitFor(() => expect(changes).toHaveLength(count), { timeout: 20_000 });
      const last = changes.at(-1);
      return { ...last, businessIds: last?.businessIds.toSorted() };
    };
    const expected = { leadId, consumerId: caller.accountId, businessIds: both };
    await matching.matchLead(lead);
    expect(await news(1)).toEqual(expected);
    await matching.respond(speakerOf(one), { leadId, response: "interested" });
    expect(await news(2)).toEqual(expected);
    await leads.grantConsent(
      caller,
      { leadId, businessIds: [one.businessId], aiCalls: true, recording: false },
      {},
    );
    expect(await news(3)).toEqual(expected);
    const late = addBusiness();
    await matching.matchBusiness(late.businessId);
    await vi.waitFor(
      () =>
        expect(
          changes.some((change) => change.leadId === leadId && change.businessIds.includes(late.businessId)),
        ).toBe(true),
      { timeout: 20_000 },
    );
  });

  test("of a refused answer there are none", async () => {
    const { leads, matching, addBusiness, changes } = createMarketplace(database());
    const { leadId } = await leads.submit(consumer(), leadRequest);
    const lawyer = speakerOf(addBusiness({ categories: ["legal"] }));
    await expect(matching.respond(lawyer, { leadId, response: "interested" })).rejects.toThrow();
    expect(changes).toEqual([]);
  });
});

describe("[MA7] an answer", () => {
  test("can be changed", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const business = addBusiness();
    const lead = await leads.submit(consumer(), leadRequest);
    await matching.matchLead(lead);
    const { leadId } = lead;
    for (const response of ["interested", "declined", "interested"] as const) {
      expect(await matching.respond(speakerOf(business), { leadId, response })).toEqual({
        leadId,
        status: response,
      });
    }
  });

  test("needs a saved profile, a known lead, and a match", async () => {
    const { leads, matching, addBusiness } = createMarketplace(database());
    const { leadId } = await leads.submit(consumer(), leadRequest);
    const answer = { leadId, response: "interested" } as const;
    const lawyer = speakerOf(addBusiness({ categories: ["legal"] }));
    const unsaved = speakerOf(addBusiness({ complete: false }));
    await expect(matching.respond(lawyer, answer)).rejects.toEqual(new Failure("NOT_MATCHED"));
    await expect(matching.respond(lawyer, { ...answer, leadId: "lead_00000000" })).rejects.toEqual(
      new Failure("NOT_FOUND"),
    );
    await expect(matching.respond(unsaved, answer)).rejects.toEqual(new Failure("PROFILE_MISSING"));
    await expect(matching.respond(consumer(), answer)).rejects.toEqual(new Failure("PROFILE_MISSING"));
    expect(await matchesOf(leadId)).toEqual([]);
  });
});
