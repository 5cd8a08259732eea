import { createAccountsFixture, PASSWORD } from "#server/accounts/accounts-fixture.suite.ts";
import { lotOf } from "#server/accounts/lot.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { newId } from "#server/lib/ids.ts";
import { Failure } from "#server/lib/failure.ts";
import { CATEGORIES } from "#shared/lead.ts";
import { updateBusinessProfileSchema } from "#shared/business.ts";
import { beforeAll, expect, test } from "vitest";

const database = useTestDatabase();
let fixture: ReturnType<typeof createAccountsFixture>;
beforeAll(() => {
  fixture = createAccountsFixture(database());
});

/** A business account without the cost of a sign-up. */
function owner(): Caller {
  const accountId = newId("lead").replace("lead", "acc");
  return { accountId, name: "Ola", email: "ola@people.test", role: "business", businessId: newId("biz") };
}

test("[AC17] sign-up as a business creates it with its owner, not yet complete", async () => {
  const { businesses, signUp } = fixture;
  const { caller } = await signUp("business");
  expect(caller).toMatchObject({ role: "business", businessId: expect.stringMatching(/^biz_/) });
  expect(await database().db.collection("businesses").countDocuments({ ownerId: caller.accountId })).toBe(1);
  const owners = await businesses.ownersOf([caller.businessId ?? "", "biz_nobody00"]);
  expect([...owners]).toEqual([[caller.businessId, caller.accountId]]);
  expect(await businesses.profile(caller)).toEqual({
    businessId: caller.businessId,
    name: "Pat Person",
    legalName: "Pat Person",
    categories: [...CATEGORIES],
    postalCodes: [],
    timeZone: "America/New_York",
    hours: { opens: "09:00", closes: "17:00" },
    typicalPriceCents: null,
    voice: "marin",
    voicemail: { kind: "hang_up" },
    complete: false,
  });
});

test("[AC17] a sign-up that died before its business was stored heals at the first look", async () => {
  const caller = owner();
  const profiles = await Promise.all([1, 2, 3].map(() => fixture.businesses.profile(caller)));
  for (const profile of profiles) expect(profile.businessId).toBe(caller.businessId);
});

test("[AC18] a name alone completes the profile and is matched everywhere; what is left out keeps its value", async () => {
  const { businesses } = fixture;
  const caller = owner();
  const need = {
    leadId: "lead_need0001",
    category: "dental",
    postalCode: "99501",
  } as const;
  const serving = async () => (await businesses.findServing(need)).map((profile) => profile.businessId);
  await businesses.profile(caller);
  expect(await serving()).not.toContain(caller.businessId);
  await businesses.updateProfile(caller, { name: "Bright Smiles" });
  expect(await serving()).toContain(caller.businessId);
  await businesses.updateProfile(caller, { name: "Bright Smiles", legalName: "Bright LLC", voice: "cedar" });
  const kept = await businesses.updateProfile(caller, { name: "Brighter", timeZone: "America/Chicago" });
  expect(kept).toMatchObject({
    name: "Brighter",
    legalName: "Bright LLC",
    voice: "cedar",
    timeZone: "America/Chicago",
    hours: { opens: "09:00", closes: "17:00" },
    complete: true,
  });
});

test("[AC19] matching goes by category and by postal code, whole or as a prefix, in any notation", async () => {
  const { businesses } = fixture;
  const near = owner();
  await businesses.updateProfile(near, {
    name: "Near",
    categories: ["roofing", "roofing"],
    postalCodes: ["112", "m5v 2t6"],
  });
  const serves = async (category: "roofing" | "moving", postalCode: string) => {
    const found = await businesses.findServing({ leadId: "lead_any00001", category, postalCode });
    return found.some((profile) => profile.businessId === near.businessId);
  };
  expect(await serves("roofing", "11201")).toBe(true);
  expect(await serves("roofing", "11201-4321")).toBe(true);
  expect(await serves("roofing", "M5V2T6")).toBe(true);
  expect(await serves("roofing", "10001")).toBe(false);
  expect(await serves("roofing", "M5V 9Z9")).toBe(false);
  expect(await serves("moving", "11201")).toBe(false);
});

test("[AC19] changes to categories and areas at the same time do not undo each other's matching", async () => {
  const { businesses } = fixture;
  const caller = owner();
  await businesses.updateProfile(caller, { name: "Busy" });
  await Promise.all([
    businesses.updateProfile(caller, { name: "Busy", categories: ["legal"] }),
    businesses.updateProfile(caller, { name: "Busy", postalCodes: ["606"] }),
  ]);
  const found = await businesses.findServing({
    leadId: "lead_any00001",
    category: "legal",
    postalCode: "60601",
  });
  expect(found.map((profile) => profile.businessId)).toContain(caller.businessId);
  const elsewhere = await businesses.findServing({
    leadId: "lead_any00001",
    category: "legal",
    postalCode: "10001",
  });
  expect(elsewhere.map((profile) => profile.businessId)).not.toContain(caller.businessId);
});

test("[AC19] who names the area most closely comes first, then the newest; one business comes once", async () => {
  const { businesses } = fixture;
  const save = async (postalCodes: string[]) => {
    const caller = owner();
    await businesses.updateProfile(caller, { name: "Near", categories: ["dental"], postalCodes });
    return caller.businessId;
  };
  const exact = await save(["30301", "303"]);
  const [older, newer] = [await save(["303"]), await save(["303"])];
  const everywhere = await save([]);
  const unsaved = owner();
  await businesses.profile(unsaved);
  const found = await businesses.findServing({
    leadId: "lead_any00001",
    category: "dental",
    postalCode: "30301",
  });
  const own = [exact, older, newer, everywhere, unsaved.businessId];
  const order = found.map((profile) => profile.businessId).filter((one) => own.includes(one));
  expect(order).toEqual([exact, newer, older, everywhere]);
});

test("[AC26] where 600 serve one area, everybody is found by some lead, nobody by far more than another, and by the same lead again", async () => {
  const { businesses } = fixture;
  const caller = owner();
  await businesses.updateProfile(caller, { name: "Crowd", categories: ["heating"], postalCodes: ["733"] });
  const stored = database().db.collection<{ _id: string }>("businesses");
  const first = await stored.findOne({ _id: caller.businessId ?? "" });
  const crowd = Array.from({ length: 599 }, (_, index) => {
    const _id = `biz_crowd${String(index).padStart(3, "0")}`;
    // Half of them were stored before there were lots.
    const { lot: _lot, ...rest } = { lot: 0, ...first };
    return { ...rest, _id, ownerId: `acc_${_id}`, ...(index % 2 === 0 && { lot: lotOf(_id) }) };
  });
  await stored.insertMany(crowd);
  const foundBy = async (leadId: string) =>
    (await businesses.findServing({ leadId, category: "heating", postalCode: "73301" })).map(
      ({ businessId }) => businessId,
    );
  for (const { ownerId, _id, lot } of crowd.map((one) => ({ lot: null, ...one }))) {
    // Whoever looks at their own profile has a lot.
    if (lot === null) await businesses.profile({ ...caller, accountId: ownerId, businessId: _id });
  }
  const times = new Map<string, number>();
  for (let lead = 0; lead < 60; lead++) {
    const found = await foundBy(`lead_${lead}`);
    expect(new Set(found).size).toBe(200);
    for (const one of found) times.set(one, (times.get(one) ?? 0) + 1);
  }
  expect(times.size).toBe(600);
  // Twenty each, if lots were laid out evenly.
  expect(Math.max(...times.values())).toBeLessThan(40);
  expect(Math.min(...times.values())).toBeGreaterThan(5);
  expect(await foundBy("lead_7")).toEqual(await foundBy("lead_7"));
});

test("[AC26] a business without a lot is found where the lots begin again", async () => {
  const { businesses } = fixture;
  const stored = database().db.collection<{ _id: string; lot?: number }>("businesses");
  const plain = await stored.findOne({ _id: "biz_crowd000" });
  const { lot: _lot, ...rest } = { ...plain, ownerId: "acc_nolot", _id: "biz_nolot001" };
  await stored.insertOne(rest);
  // The last lot of all, so that the lead begins again at once.
  const leadId = Array.from({ length: 2_000 }, (_, index) => `lead_${index}`).toSorted(
    (a, b) => lotOf(b) - lotOf(a),
  )[0];
  const found = await businesses.findServing({
    leadId: leadId ?? "",
    category: "heating",
    postalCode: "73301",
  });
  expect(found.map(({ businessId }) => businessId)).toContain("biz_nolot001");
});

test("[AC19] a usual price is kept until it is taken back", async () => {
  const { businesses } = fixture;
  const caller = owner();
  const typicalPriceCents = { low: 10_000, high: 30_000 };
  await businesses.updateProfile(caller, { name: "Priced", typicalPriceCents });
  expect(await businesses.updateProfile(caller, { name: "Priced" })).toMatchObject({ typicalPriceCents });
  const without = await businesses.updateProfile(caller, { name: "Priced", typicalPriceCents: null });
  expect(without.typicalPriceCents).toBeNull();
});

test("[AC20] nobody reads or changes a business through an account that does not own it", async () => {
  const { businesses } = fixture;
  const caller = owner();
  await businesses.updateProfile(caller, { name: "Mine" });
  const thief = { ...owner(), businessId: caller.businessId };
  await expect(businesses.updateProfile(thief, { name: "Stolen" })).rejects.toThrow();
  await expect(businesses.profile(thief)).rejects.toThrow();
  expect((await businesses.byId(caller.businessId ?? ""))?.name).toBe("Mine");
  const consumer: Caller = { ...caller, role: "consumer", businessId: null };
  await expect(businesses.profile(consumer)).rejects.toThrow(new Failure("FORBIDDEN"));
  expect(await businesses.byId("biz_unknown00")).toBeNull();
});

test("[AC20] fields that the contract does not name are not written", async () => {
  const { businesses } = fixture;
  const caller = owner();
  const sly = { name: "Sly", ownerId: "acc_other", businessId: "biz_other000", complete: false, _id: "x" };
  await businesses.updateProfile(caller, updateBusinessProfileSchema.parse(sly));
  await businesses.updateProfile(caller, sly);
  const stored = await database()
    .db.collection<{ _id: string }>("businesses")
    .findOne({ _id: caller.businessId ?? "" });
  expect(stored).toMatchObject({ ownerId: caller.accountId, complete: true });
});

test("[AC21] demo people exist only while DEMO is on", async () => {
  const credentials = { email: "supervisor@demo.test", password: "ringside" };
  const off = fixture;
  await off.accounts.ensureDemoPeople();
  expect((await off.auth("/sign-in/email", credentials)).status).toBe(403);
  const signUp = { ...credentials, name: "Sam", accountType: "consumer", password: PASSWORD };
  expect((await off.auth("/sign-up/email", signUp)).status).toBe(403);
  await expect(off.accounts.proveDemoPhone("acc_1", "+12125550110")).rejects.toThrow();

  const on = createAccountsFixture(database(), { config: { demo: true, production: true } });
  await Promise.all([on.accounts.ensureDemoPeople(), on.accounts.ensureDemoPeople()]);
  await on.accounts.ensureDemoPeople();
  const reply = await on.auth("/sign-in/email", credentials);
  const authorization = `Bearer ${reply.headers.get("set-auth-token")}`;
  expect((await on.accounts.callerOf({ authorization }))?.role).toBe("supervisor");
  expect(await off.accounts.callerOf({ authorization })).toBeNull();

  const consumer = await on.auth("/sign-in/email", { ...credentials, email: "consumer@demo.test" });
  const { user } = (await consumer.json()) as { user: { id: string } };
  expect(await on.accounts.phoneOf(user.id)).toMatchObject({ e164: "+12125550110" });
  const firm = await on.auth("/sign-in/email", { ...credentials, email: "business@demo.test" });
  const token = `Bearer ${firm.headers.get("set-auth-token")}`;
  const caller = await on.accounts.callerOf({ authorization: token });
  if (caller === null) throw new Error("the demo business cannot sign in");
  expect(await on.businesses.profile(caller)).toMatchObject({ complete: true });
  expect(
    await database()
      .db.collection("users")
      .countDocuments({ email: /@demo\.test$/ }),
  ).toBe(3);
});

test("[AC21] people who only receive demo calls cannot be signed in to", async () => {
  const { accounts, auth } = createAccountsFixture(database(), { config: { demo: true } });
  const person = { email: "person-1@demo.test", name: "Ada Quill", accountType: "business" } as const;
  const made = await accounts.demoPerson(person);
  expect(made).toMatchObject({ role: "business", businessId: expect.stringMatching(/^biz_/) });
  expect(await accounts.demoPerson(person)).toEqual(made);
  expect((await auth("/sign-in/email", { ...person, password: "ringside" })).status).toBe(401);
  const outsider = { ...person, email: "somebody@elsewhere.test" };
  await expect(accounts.demoPerson(outsider)).rejects.toThrow();
});

test("[AC25] the number for a message on answering machines is stored as E.164; toll-free is fine, premium is not", async () => {
  const { businesses } = fixture;
  const caller = owner();
  const save = (callbackNumber: string) =>
    businesses.updateProfile(caller, { name: "Acme", voicemail: { kind: "leave_message", callbackNumber } });
  const saved = await save("(800) 555-0123");
  expect(saved.voicemail).toEqual({ kind: "leave_message", callbackNumber: "+18005550123" });
  for (const wrong of ["+19005551234", "call me", "911"]) {
    await expect(save(wrong)).rejects.toThrow(new Failure("PHONE_INVALID"));
  }
  expect((await businesses.updateProfile(caller, { name: "Acme" })).voicemail).toEqual(saved.voicemail);
  const off = await businesses.updateProfile(caller, { name: "Acme", voicemail: { kind: "hang_up" } });
  expect(off.voicemail).toEqual({ kind: "hang_up" });
});
