import type { Caller } from "#server/accounts/caller.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { AuditAct, AuditEntry } from "#shared/audit.ts";
import type { Role } from "#shared/contract/account.ts";
import type { Connection, mongo } from "mongoose";

/** One act of one person; an index lets it go after 400 days. */
export type AuditDocument = {
  _id: string;
  at: Date;
  act: AuditAct;
  accountId: string;
  name: string;
  role: Role;
  /** Whose call it was, or for whom the person acted; null for what concerns everybody. */
  businessId: string | null;
  callId: string | null;
};

/** The call an act is about; a call document fits. */
type AboutCall = { _id: string; businessId: string };

type AuditPage = {
  callId?: string | undefined;
  act?: AuditAct | undefined;
  before?: string | undefined;
  limit: number;
};

/** Who did what [AU1–AU3]. Entries are only ever added. */
export class Audit {
  readonly #documents: mongo.Collection<AuditDocument>;
  readonly #clock: Clock;

  constructor({ connection, clock }: { connection: Connection; clock: Clock }) {
    this.#documents = connection.collection<AuditDocument>("audits");
    this.#clock = clock;
  }

  /** Before what it lets out (a recording, an export), beside what must not wait for it. @throws what the database throws */
  async record(by: Caller, act: AuditAct, call: AboutCall | null): Promise<void> {
    await this.#documents.insertOne({
      _id: newId("aud"),
      at: new Date(this.#clock.nowMs()),
      act,
      accountId: by.accountId,
      name: by.name,
      role: by.role,
      businessId: call === null ? by.businessId : call.businessId,
      callId: call?._id ?? null,
    });
  }

  /** Newest first; ids are time-ordered. A business account without a business sees nothing, never everything. */
  async list(caller: Caller, { callId, act, before, limit }: AuditPage) {
    const filter: mongo.Filter<AuditDocument> = {
      ...(caller.role !== "supervisor" && { businessId: caller.businessId ?? "none" }),
      ...(callId !== undefined && { callId }),
      ...(act !== undefined && { act }),
      ...(before !== undefined && { _id: { $lt: before } }),
    };
    const rows = await this.#documents
      .find(filter)
      .sort({ _id: -1 })
      .limit(limit + 1)
      .toArray();
    const entries = rows.slice(0, limit).map(entryOf);
    return { entries, next: rows.length > limit ? (entries.at(-1)?.auditId ?? null) : null };
  }
}

const entryOf = ({ _id, at, act, name, role, callId }: AuditDocument): AuditEntry => ({
  auditId: _id,
  at: at.toISOString(),
  act,
  by: { name, role },
  callId,
});
