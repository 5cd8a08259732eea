import { consentText } from "#shared/consent-text.ts";
import { createConsents, NO_CONSENT, type ConsentDecision } from "#server/compliance/consents.ts";
import { createLimits } from "#server/database/limits.ts";
import { createSuppressions } from "#server/compliance/suppressions.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { systemClock, type Clock } from "#server/lib/clock.ts";
import { createHash, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const database = useTestDatabase();
const START_MS = Date.parse("2026-05-04T16:00Z");

/** A clock whose wall time the test moves. */
function handClock() {
  const now = { ms: START_MS };
  const clock: Clock = { ...systemClock, nowMs: () => now.ms };
  return { clock, now, db: database().connection };
}

describe("limits", () => {
  const rule = { action: "requestAICall", max: 10, windowMs: 3_600_000 };

  test("[CO6] of 25 requests at once, on two servers, exactly 10 get a place", async () => {
    const { clock, db } = handClock();
    const servers = [createLimits({ db, clock }), createLimits({ db, clock })];
    const who = randomUUID();
    const asked = Array.from({ length: 25 }, (_, index) => servers[index % 2]?.take({ who, ...rule }));
    const replies = await Promise.all(asked);
    expect(replies.filter((reply) => reply?.ok)).toHaveLength(10);
  });

  test("[CO6] the window slides: a place is free again one window after it was taken, not before", async () => {
    const { clock, now, db } = handClock();
    const limits = createLimits({ db, clock });
    const one = { who: randomUUID(), action: "callback", max: 2, windowMs: 60_000 };
    expect(await limits.take(one)).toMatchObject({ ok: true });
    now.ms += 20_000;
    expect(await limits.take(one)).toMatchObject({ ok: true });
    now.ms += 39_000;
    expect(await limits.take(one)).toEqual({ ok: false, retryAfterSeconds: 1 });
    now.ms += 1_000;
    expect(await limits.take(one)).toMatchObject({ ok: true });
    expect(await limits.take(one)).toEqual({ ok: false, retryAfterSeconds: 20 });
  });

  test("[CO6] a place that is given back is free at once, and only that one", async () => {
    const { clock, db } = handClock();
    const limits = createLimits({ db, clock });
    const one = { who: randomUUID(), ...rule, max: 2 };
    const first = await limits.take(one);
    expect(await limits.take(one)).toMatchObject({ ok: true });
    if (!first.ok) throw new Error("The first request was refused.");
    await limits.giveBack({ ...one, hitId: first.hitId });
    await limits.giveBack({ ...one, hitId: first.hitId });
    expect(await limits.take(one)).toMatchObject({ ok: true });
    expect(await limits.take(one)).toMatchObject({ ok: false });
  });

  test("[CO6] people, businesses and actions do not share places; no place at all is refused, too", async () => {
    const { clock, db } = handClock();
    const limits = createLimits({ db, clock });
    const one = { who: randomUUID(), ...rule, max: 1 };
    expect(await limits.take(one)).toMatchObject({ ok: true });
    expect(await limits.take({ ...one, action: "other" })).toMatchObject({ ok: true });
    expect(await limits.take({ ...one, who: randomUUID() })).toMatchObject({ ok: true });
    expect(await limits.take({ ...one, who: randomUUID(), max: 0 })).toEqual({
      ok: false,
      retryAfterSeconds: 1,
    });
  });

  test("[CO6][CO7] whatever the arrivals, no window holds more than max, and a retry after the told time gets a place", async () => {
    const steps = fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 900 }), givesBack: fc.boolean() }), {
      minLength: 1,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (arrivals, max) => {
        const { clock, now, db } = handClock();
        const limits = createLimits({ db, clock });
        const one = { who: randomUUID(), action: "property", max, windowMs: 1000 };
        let heldAtMs: number[] = [];
        for (const { waitMs, givesBack } of arrivals) {
          now.ms += waitMs;
          const reply = await limits.take(one);
          heldAtMs = heldAtMs.filter((atMs) => atMs > now.ms - 1000);
          expect(reply.ok).toBe(heldAtMs.length < max);
          if (!reply.ok) {
            now.ms += reply.retryAfterSeconds * 1000;
            const again = await limits.take(one);
            expect(again.ok).toBe(true);
            heldAtMs = [...heldAtMs.filter((atMs) => atMs > now.ms - 1000), now.ms];
          } else if (givesBack) await limits.giveBack({ ...one, hitId: reply.hitId });
          else heldAtMs.push(now.ms);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("[CO6] a log holds at most max places and expires one window after the last request", async () => {
    const { clock, db } = handClock();
    const limits = createLimits({ db, clock });
    const one = { who: randomUUID(), ...rule, max: 3 };
    for (let asked = 0; asked < 6; asked++) await limits.take(one);
    const stored = await db
      .collection<{ _id: string; hits: [] }>("limits")
      .findOne({ _id: `${one.who}:${one.action}` });
    expect(stored).toMatchObject({ expiresAt: new Date(START_MS + one.windowMs) });
    expect(stored?.hits).toHaveLength(3);
  });
});

describe("suppressions", () => {
  test("[CO5] a number is suppressed for ever; the first record stays", async () => {
    const { clock, now, db } = handClock();
    const suppressions = createSuppressions({ db, clock });
    const phoneKey = randomUUID();
    expect(await suppressions.isSuppressed(phoneKey)).toBe(false);
    await suppressions.suppress(phoneKey, "spoken", "call_1");
    now.ms += 5_000;
    await suppressions.suppress(phoneKey, "supervisor");
    expect(await suppressions.isSuppressed(phoneKey)).toBe(true);
    const stored = await db.collection("suppressions").find({ phoneKey }).project({ _id: 0 }).toArray();
    expect(stored).toEqual([{ phoneKey, how: "spoken", callId: "call_1", at: new Date(START_MS) }]);
  });

  test("[CO5] ten at once leave one record", async () => {
    const { clock, db } = handClock();
    const suppressions = createSuppressions({ db, clock });
    const phoneKey = randomUUID();
    await Promise.all(Array.from({ length: 10 }, () => suppressions.suppress(phoneKey, "key")));
    expect(await db.collection("suppressions").countDocuments({ phoneKey })).toBe(1);
  });
});

describe("consents", () => {
  const decision = (over: Partial<ConsentDecision> = {}): ConsentDecision => ({
    leadId: "lead_1",
    consumerId: "account_1",
    businessId: `biz_${randomUUID()}`,
    legalName: "Clearwater LLC",
    ...over,
  });

  test("[CO8] nobody asked means no", async () => {
    const consents = createConsents(handClock());
    expect(await consents.consentFor("lead_unknown", "biz_unknown")).toEqual(NO_CONSENT);
    expect(await consents.consentsOfLead("lead_unknown")).toEqual(new Map());
  });

  test("[CO8] a receipt keeps the sentence, its hash, when and from where; kinds are apart", async () => {
    const { clock, db } = handClock();
    const consents = createConsents({ db, clock });
    const given = decision({ aiCalls: true, ip: "192.0.2.7" });
    await consents.record([given]);
    const { leadId, consumerId, businessId } = given;
    expect(await consents.consentFor(leadId, businessId)).toEqual({ aiCalls: true, recording: false });
    const text = consentText("aiCalls", "Clearwater LLC");
    const textHash = createHash("sha256").update(text).digest("hex");
    const [receipt, ...others] = await db.collection("consents").find({ businessId }).toArray();
    expect(others).toEqual([]);
    const about = { leadId, consumerId, businessId, callId: null, ip: "192.0.2.7" };
    const said = { kind: "aiCalls", granted: true, text, textHash, at: new Date(START_MS) };
    expect(receipt).toEqual({ _id: expect.stringMatching(/^consent_/), ...about, ...said });
    expect(text).toContain("Clearwater LLC");
  });

  test("[CO8] consent that was said in a call names that call, and no sentence that nobody saw", async () => {
    const { clock, db } = handClock();
    const leadId = `lead_${randomUUID()}`;
    const who = { leadId, consumerId: "acc_1", businessId: "biz_1", legalName: "Acme LLC" };
    await createConsents({ db, clock }).record([{ ...who, aiCalls: true, spokenIn: "call_1" }]);
    const receipt = await db.collection("consents").findOne({ leadId });
    expect(receipt?.["text"]).toBe(
      "In the call call_1 the person asked an AI assistant to call again for Acme LLC.",
    );
  });

  test("[CO8] the newest receipt counts, also within one millisecond, and the older ones stay", async () => {
    const { clock, db } = handClock();
    const consents = createConsents({ db, clock });
    const { leadId, businessId, ...rest } = decision();
    const about = { leadId, businessId, ...rest };
    await consents.record([
      { ...about, aiCalls: true, recording: true },
      { ...about, recording: false },
      { ...about, aiCalls: false },
    ]);
    expect(await consents.consentFor(leadId, businessId)).toEqual(NO_CONSENT);
    await consents.record([{ ...about, aiCalls: true }]);
    expect(await consents.consentFor(leadId, businessId)).toEqual({ aiCalls: true, recording: false });
    expect(await db.collection("consents").countDocuments({ businessId })).toBe(5);
  });

  test("[CO8] consent is per business and per lead", async () => {
    const consents = createConsents(handClock());
    const leadId = `lead_${randomUUID()}`;
    const given = decision({ leadId, aiCalls: true });
    const other = decision({ leadId, aiCalls: true, recording: true });
    await consents.record([given, other]);
    expect(await consents.consentFor("lead_2", given.businessId)).toEqual(NO_CONSENT);
    expect(await consents.consentsOfLead(leadId)).toEqual(
      new Map([
        [given.businessId, { aiCalls: true, recording: false }],
        [other.businessId, { aiCalls: true, recording: true }],
      ]),
    );
    expect(await consents.consentsOfBusiness(given.businessId, [leadId, "lead_2"])).toEqual(
      new Map([[leadId, { aiCalls: true, recording: false }]]),
    );
  });

  test("[CO9] consent for one call counts for that call only, until the person takes consent back", async () => {
    const { clock, now, db } = handClock();
    const consents = createConsents({ db, clock });
    const given = decision({ aiCalls: true, callId: "call_1" });
    const { leadId, businessId } = given;
    await consents.record([given]);
    expect(await consents.consentFor(leadId, businessId, "call_1")).toMatchObject({ aiCalls: true });
    expect(await consents.consentFor(leadId, businessId, "call_2")).toEqual(NO_CONSENT);
    expect(await consents.consentFor(leadId, businessId)).toEqual(NO_CONSENT);
    now.ms += 1;
    const { callId: _, ...all } = given;
    await consents.record([{ ...all, aiCalls: false }]);
    expect(await consents.consentFor(leadId, businessId, "call_1")).toEqual(NO_CONSENT);
  });
});
