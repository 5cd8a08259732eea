import type { AuditDocument } from "#server/audit/audit.ts";
import type { ArchivedEvent, CallDocument } from "#server/calls/call-document.ts";
import type { RecordingDocument } from "#server/calls/recording/recordings.ts";
import type { Db } from "#server/database/connection.ts";
import type { CallEvent } from "#shared/call/events.ts";

type Owned = { _id: string; consumerId: string };
type Account = { _id: string; name: string; email: string; accountType?: string; createdAt?: Date };

/** Where what is held about people lies. */
export function recordsOf(db: Db) {
  return {
    phones: db.collection<{ _id: string; phoneKey: string; masked: string; provenAt: Date }>("phones"),
    users: db.collection<Account>("users"),
    externalAccounts: db.collection<Account>("externalAccounts"),
    sessions: db.collection<{ userId: string }>("sessions"),
    credentials: db.collection<{ userId: string }>("credentials"),
    leads: db.collection<Owned>("leads"),
    matches: db.collection<{ _id: string; leadId: string }>("matches"),
    consents: db.collection<Owned>("consents"),
    appointments: db.collection<Owned>("appointments"),
    suppressions: db.collection<{ phoneKey: string; how: string; at: Date }>("suppressions"),
    calls: db.collection<CallDocument>("calls"),
    callEvents: db.collection<ArchivedEvent>("callEvents"),
    audits: db.collection<AuditDocument>("audits"),
    recordings: db.collection<RecordingDocument>("recordings"),
  };
}

export type Records = ReturnType<typeof recordsOf>;

/** The accounts that have proven the number. Several people may share a phone: it is all of theirs. */
export async function accountIdsOf({ phones }: Records, phoneKey: string): Promise<string[]> {
  return (await phones.find({ phoneKey }).toArray()).map(({ _id }) => _id);
}

/** Calls to the number, and all others of these accounts. */
export const callsOf = (
  { calls }: Records,
  phoneKey: string,
  accountIds: string[],
): Promise<CallDocument[]> =>
  calls.find({ $or: [{ personKey: phoneKey }, { consumerId: { $in: accountIds } }] }).toArray();

/** The whole journal: the archive, and what only the document has yet. */
export async function journalOf({ callEvents }: Records, call: CallDocument): Promise<CallEvent[]> {
  const archived = await callEvents.find({ callId: call._id }).sort({ seq: 1 }).toArray();
  const bySeq = new Map(archived.map(({ event }) => [event.seq, event]));
  for (const event of call.journal) bySeq.set(event.seq, event);
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}
