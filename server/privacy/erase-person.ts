import type { CallDocument } from "#server/calls/call-document.ts";
import type { RecordingFiles } from "#server/calls/recording/recording-files.ts";
import type { Db } from "#server/database/connection.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { erasedEvent } from "#server/privacy/erased-event.ts";
import { accountIdsOf, callsOf, type Records, recordsOf } from "#server/privacy/held-records.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { isFinal } from "#shared/call/status.ts";

const ERASED = "Erased at the person's wish.";
/** A call that is over changes rarely: the carrier's price, the recording. */
const MAX_TRIES = 20;

type Deps = {
  db: Db;
  files: RecordingFiles;
  /** Mails that were written to this address. */
  forgetMails(address: string): Promise<void>;
};

/**
 * Erases what is held about the person behind this blind index; what proves that the rules were kept stays [PD2, PD3]. The number on the account goes
 * last: an erasure that was interrupted finds everything again.
 * @throws StartProblem while a call to them is not over
 */
export async function erasePerson(
  { db, files, forgetMails }: Deps,
  phoneKey: string,
): Promise<{ accounts: number; leads: number; calls: number }> {
  const records = recordsOf(db);
  const accountIds = await accountIdsOf(records, phoneKey);
  const calls = await callsOf(records, phoneKey, accountIds);
  const open = calls.filter(({ status }) => !isFinal(status)).length;
  if (open > 0) {
    throw new StartProblem(`${open} calls of this person are not over yet; cancel them, then erase again.`);
  }
  for (const { _id } of calls) {
    await eraseRecording(records, files, _id);
    await eraseCall(records, _id);
  }
  const leads = await eraseLeads(records, accountIds);
  const acts = { accountId: { $in: accountIds }, role: "consumer" as const };
  await records.audits.updateMany(acts, { $set: { name: "" } });
  for (const accountId of accountIds) await eraseAccount(records, accountId, forgetMails);
  await records.phones.deleteMany({ phoneKey });
  return { accounts: accountIds.length, leads, calls: calls.length };
}

/** As after "do not record": a part on another server's disk stays listed until that server has deleted it, which takes it a minute. */
async function eraseRecording({ recordings }: Records, files: RecordingFiles, callId: string): Promise<void> {
  const known = await recordings.findOneAndUpdate(
    { _id: callId },
    { $set: { state: "stopped" }, $unset: { peaks: true } },
  );
  const here = await files.names();
  for (const { name } of known?.parts ?? []) {
    if (!here.has(name)) continue;
    await files.remove(name);
    await recordings.updateOne({ _id: callId }, { $pull: { parts: { name } } });
  }
}

/** The call's own document by its revision, so that a late fact is neither lost nor brings anything back; then the archive. */
async function eraseCall({ calls, callEvents }: Records, callId: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const call = await calls.findOne({ _id: callId });
    if (call === null) return;
    const { matchedCount } = await calls.updateOne(
      { _id: callId, revision: call.revision },
      { $set: erasedFields(call), $inc: { revision: 1 } },
    );
    if (matchedCount === 0) continue;
    for await (const { _id, event } of callEvents.find({ callId })) {
      await callEvents.updateOne({ _id }, { $set: { event: erasedEvent(event) } });
    }
    return;
  }
  throw new StartProblem("A call changes all the time; stop the servers, then erase again.");
}

function erasedFields({ _id, briefing, summary, journal }: CallDocument): Partial<CallDocument> {
  return {
    phone: "",
    // Nobody's blind index: the call is not found by the number any more.
    personKey: `erased ${_id}`,
    briefing: { ...briefing, consumerName: "", need: "", objective: ERASED },
    summary: {
      ...summary,
      consumerName: "",
      consumerPhone: "",
      objective: ERASED,
      lastLine: null,
      lastFlag: null,
      signals: NO_HELP_SIGNALS,
    },
    draft: null,
    journal: journal.map(erasedEvent),
  };
}

async function eraseLeads({ leads }: Records, accountIds: string[]): Promise<number> {
  const blank = { description: ERASED, summary: ERASED, consumerName: "", keywords: [], openQuestions: [] };
  const { matchedCount } = await leads.updateMany(
    { consumerId: { $in: accountIds } },
    { $set: { ...blank, status: "closed" } },
  );
  return matchedCount;
}

/** A business keeps its account, and loses the number. */
async function eraseAccount(
  records: Records,
  accountId: string,
  forgetMails: Deps["forgetMails"],
): Promise<void> {
  const { users, externalAccounts, sessions, credentials } = records;
  const account =
    (await users.findOne({ _id: accountId })) ?? (await externalAccounts.findOne({ _id: accountId }));
  if (account === null || account.accountType === "business") return;
  await forgetMails(account.email);
  await sessions.deleteMany({ userId: accountId });
  await credentials.deleteMany({ userId: accountId });
  await users.deleteOne({ _id: accountId });
  await externalAccounts.deleteOne({ _id: accountId });
}
