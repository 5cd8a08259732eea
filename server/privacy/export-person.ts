import type { CallDocument } from "#server/calls/call-document.ts";
import type { Db } from "#server/database/connection.ts";
import { accountIdsOf, callsOf, journalOf, type Records, recordsOf } from "#server/privacy/held-records.ts";
import { foldCall } from "#shared/call/fold.ts";
import { join } from "node:path";

/** Everything that is held about the person behind this blind index [PD1]. Changes nothing. */
export async function exportPerson(db: Db, phoneKey: string, recordingsFolder: string) {
  const records = recordsOf(db);
  const accountIds = await accountIdsOf(records, phoneKey);
  const theirs = { consumerId: { $in: accountIds } };
  const leads = await records.leads.find(theirs).toArray();
  const calls = await callsOf(records, phoneKey, accountIds);
  const callIds = calls.map(({ _id }) => _id);
  const recordings = await records.recordings.find({ _id: { $in: callIds } }).toArray();
  return {
    accounts: await accountsOf(records, accountIds),
    optOut: await records.suppressions.findOne({ phoneKey }, { projection: { _id: 0, phoneKey: 0 } }),
    leads,
    matches: await records.matches.find({ leadId: { $in: leads.map(({ _id }) => _id) } }).toArray(),
    consents: await records.consents.find(theirs).toArray(),
    appointments: await records.appointments.find(theirs).toArray(),
    calls: await Promise.all(calls.map((call) => exportedCall(records, call))),
    acts: await records.audits.find({ accountId: { $in: accountIds } }).toArray(),
    recordings: recordings.map(({ _id: callId, state, parts }) => ({
      callId,
      state,
      files: parts.map(({ name }) => join(recordingsFolder, name)),
    })),
  };
}

/** Without passwords and sessions: those are keys, not what is known of somebody. */
async function accountsOf({ phones, users, externalAccounts }: Records, accountIds: string[]) {
  const known = { _id: { $in: accountIds } };
  const people = [...(await users.find(known).toArray()), ...(await externalAccounts.find(known).toArray())];
  const numbers = await phones.find(known).toArray();
  return numbers.map(({ _id: accountId, masked, provenAt }) => {
    const { name, email, createdAt } = people.find(({ _id }) => _id === accountId) ?? {};
    return { accountId, name, email, createdAt, phone: masked, provenAt };
  });
}

async function exportedCall(records: Records, call: CallDocument) {
  const journal = await journalOf(records, call);
  const { _id: callId, businessId, leadId, requestedAt, endedAt, briefing, draft } = call;
  const { dialReceipts = [] } = call;
  const view = foldCall(journal);
  return { callId, businessId, leadId, requestedAt, endedAt, briefing, draft, dialReceipts, view, journal };
}
