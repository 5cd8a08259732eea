import { newAccountId } from "#server/accounts/auth-library.ts";
import { Audit } from "#server/audit/audit.ts";
import { newCall } from "#server/calls/new-call.ts";
import type { CallDocument } from "#server/calls/call-document.ts";
import { memoryFiles } from "#server/calls/testing/scripted-recordings.ts";
import { createConsents } from "#server/compliance/consents.ts";
import { createSuppressions } from "#server/compliance/suppressions.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { newId } from "#server/lib/ids.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { erasePerson } from "#server/privacy/erase-person.ts";
import { exportPerson } from "#server/privacy/export-person.ts";
import { recordsOf } from "#server/privacy/held-records.ts";
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";

const database = useTestDatabase();
const clock = new ManualClock();
const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));
const AT = "2026-11-24T15:00:00Z";

/** A consumer with a request, receipts, an opt-out, and calls: two that are over, and one that is not when `isOpen`. */
async function somebody(word: string, isOpen = false) {
  const { connection, db } = database();
  const records = recordsOf(db);
  const [accountId, leadId] = [newAccountId(), newId("lead")];
  const phone = { e164: "+12125550123", phoneKey: `key of ${accountId}`, masked: "•••• 0123" };
  const provenAt = new Date(AT);
  await records.phones.insertOne({
    _id: accountId,
    phoneKey: phone.phoneKey,
    masked: phone.masked,
    provenAt,
  });
  await records.users.insertOne({ _id: accountId, name: word, email: `${word}@people.test` });
  const lead = { _id: leadId, consumerId: accountId, description: word, consumerName: word, status: "open" };
  await records.leads.insertOne(lead);
  const about = { leadId, consumerId: accountId, businessId: "biz_00000001", legalName: "Acme LLC" };
  await createConsents({ db: connection, clock }).record([{ ...about, aiCalls: true }]);
  await createSuppressions({ db: connection, clock }).suppress(phone.phoneKey, "spoken");
  const consumer = { accountId, name: word, email: "", role: "consumer", businessId: null } as const;
  await new Audit({ connection, clock }).record(consumer, "played_recording", null);
  const briefing = { businessName: "Acme", legalName: "Acme LLC", voice: "marin", category: "roofing" };
  const words = { consumerName: word, need: word, objective: word, timeZone: "America/New_York" };
  const calls: CallDocument[] = [];
  for (const status of ["completed", "no_answer", ...(isOpen ? (["queued"] as const) : [])] as const) {
    const ids = { businessId: "biz_00000001", leadId, consumerId: accountId };
    const given = { ids, briefing: { ...briefing, ...words }, phone, dueAt: null, nowMs: clock.nowMs() };
    const fresh = newCall({ ...given, by: { kind: "system" } }, seals);
    const segment = {
      type: "transcript.segment",
      segmentId: "seg_1",
      speaker: "consumer",
      text: word,
    } as const;
    const said = { ...segment, startMs: 0, endMs: 1, seq: 3, at: AT };
    const call: CallDocument = { ...fresh, status, seq: 3, journal: [...fresh.journal, said] };
    if (status !== "queued") call.state = { phase: "ended", end: { status, reason: "over" } };
    await records.calls.insertOne(call);
    for (const event of call.journal) {
      await records.callEvents.insertOne({
        _id: `${call._id}:${event.seq}`,
        callId: call._id,
        seq: event.seq,
        event,
      });
    }
    calls.push(call);
  }
  const ofPerson = async () => {
    const all = await Promise.all(
      Object.values(records).map((collection) => db.collection(collection.collectionName).find().toArray()),
    );
    return JSON.stringify(all);
  };
  return { db, records, accountId, calls, phoneKey: phone.phoneKey, ofPerson };
}

const forgetNothing = async () => undefined;

test("[PD1] what is held is found by the number, words of all calls included, and nothing of anybody else", async () => {
  const { db, phoneKey, calls } = await somebody("gramophone");
  await somebody("xylophone");
  const held = await exportPerson(db, phoneKey, "/recordings");
  expect(held.calls.map(({ callId }) => callId).toSorted()).toEqual(calls.map(({ _id }) => _id).toSorted());
  for (const { view } of held.calls) expect(view.transcript).toMatchObject([{ text: "gramophone" }]);
  expect(held.accounts).toMatchObject([{ name: "gramophone", email: "gramophone@people.test" }]);
  expect(held).toMatchObject({ leads: [{}], consents: [{ kind: "aiCalls" }], optOut: { how: "spoken" } });
  expect(held.acts).toMatchObject([{ act: "played_recording", name: "gramophone" }]);
  expect(JSON.stringify(held)).not.toContain("xylophone");
});

test("[PD2] [PD3] erased: no word, name or number is left; receipt and opt-out are", async () => {
  const { db, records, phoneKey, accountId, ofPerson } = await somebody("kazoo");
  const { files } = memoryFiles();
  expect(await erasePerson({ db, files, forgetMails: forgetNothing }, phoneKey)).toEqual({
    accounts: 1,
    leads: 1,
    calls: 2,
  });
  expect(await ofPerson()).not.toContain("kazoo");
  expect(await records.consents.countDocuments({ consumerId: accountId })).toBe(1);
  expect(await records.suppressions.countDocuments({ phoneKey })).toBe(1);
  expect(await exportPerson(db, phoneKey, "")).toMatchObject({ accounts: [], leads: [], calls: [] });
});

test("[PD4] while a call is not over nothing is erased", async () => {
  const { db, phoneKey, ofPerson } = await somebody("trombone", true);
  const before = await ofPerson();
  const erased = erasePerson({ db, files: memoryFiles().files, forgetMails: forgetNothing }, phoneKey);
  await expect(erased).rejects.toThrow("1 calls of this person are not over yet");
  expect(await ofPerson()).toBe(before);
});

test("[PD4] an erasure that was interrupted is finished by the next", async () => {
  const { db, phoneKey, ofPerson } = await somebody("bassoon");
  const { files } = memoryFiles();
  const forgetMails = () => Promise.reject(new Error("The disk is gone."));
  await expect(erasePerson({ db, files, forgetMails }, phoneKey)).rejects.toThrow("The disk is gone.");
  expect(await ofPerson()).toContain("bassoon");
  await erasePerson({ db, files, forgetMails: forgetNothing }, phoneKey);
  expect(await ofPerson()).not.toContain("bassoon");
});
